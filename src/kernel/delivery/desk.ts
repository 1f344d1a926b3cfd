import type { Delivery } from "./delivery.ts";
import { records } from "./records.ts";
import { makeRetry } from "./retry-delivery.ts";
import { createTopics } from "./topics.ts";
import { createWakeup } from "./wakeup.ts";
import { createWriter } from "./write-deliveries.ts";

/** The queue without its sender, for the executable: what is written here is found by the process that sends. The kernel's own topics only. */
export function createDeliveryDesk(): Pick<Delivery, "enqueue" | "find" | "list" | "retry"> {
  const wakeup = createWakeup();
  const { enqueue } = createWriter({ topics: createTopics([]), wakeup });
  return { ...records, enqueue, retry: makeRetry(wakeup) };
}
