export type * from "./batches.ts";
export { createDelivery, type DeliveryDeps, type DeliveryEngine } from "./create-delivery.ts";
export type * from "./delivery.ts";
export { deliveryStates, lanes } from "./delivery.ts";
export { deliveryPersonalData } from "./personal-data.ts";
export { deliverySettings } from "./settings.ts";
export { deliveryQueueCheck } from "./queue-check.ts";
export { type DeliveryStatistics, deliveryStatistics } from "./statistics.ts";
export { kernelTopics } from "./topics.ts";
