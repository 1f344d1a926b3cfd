export type * from "./delivery.ts";
export { lanes } from "./delivery.ts";
