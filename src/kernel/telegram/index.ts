export type * from "./content.ts";
export type * from "./route.ts";
