export type * from "./delivery.ts";
export { deliveryStates, lanes } from "./delivery.ts";
