import type { DeliveryState } from "#kernel/delivery/index.ts";

import type { JobEvent } from "./job-state.ts";

/**
 * What the end of a video's delivery means for its job: only what has surely reached the chat is paid for. Undefined
 * while the delivery goes on.
 */
export function deliveryEvent(of: {
  readonly state: DeliveryState;
  readonly messageId: number | undefined;
  readonly telegramFileId: string | undefined;
}): JobEvent | undefined {
  switch (of.state) {
    case "sent":
      return { type: "delivered", messageId: of.messageId, telegramFileId: of.telegramFileId };
    case "failed":
    case "expired":
    case "suppressed":
    case "unknown":
      return { type: "failed", failure: "delivery" };
    case "queued":
    case "sending":
    case "held":
      return undefined;
  }
}
