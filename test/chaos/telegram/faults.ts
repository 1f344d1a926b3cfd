import { machineMs } from "../../../bench/harness/machine-clock.ts";

/** What Telegram can be made to do to whoever sends. */
export type ServerFault =
  /** Takes the message and drops the connection without a word. */
  | { readonly kind: "drop"; readonly forMs: number }
  /** Takes the message and is silent for as long as this lasts. */
  | { readonly kind: "hang"; readonly forMs: number }
  /** 502, whether the message was taken or not: every second one was. */
  | { readonly kind: "error"; readonly forMs: number }
  /** 429 for everything in these chats. */
  | { readonly kind: "flood-chats"; readonly forMs: number; readonly chatIds: readonly number[] }
  /** 429 for whatever the bot asks. */
  | { readonly kind: "flood-bot"; readonly forMs: number };

/** What is to be done with one call. */
export type Treatment =
  | { readonly kind: "serve" }
  | { readonly kind: "drop" }
  | { readonly kind: "hang"; readonly forMs: number }
  | { readonly kind: "error"; readonly accept: boolean }
  | { readonly kind: "flood"; readonly retryAfterSeconds: number };

export interface Faults {
  readonly set: (fault: ServerFault) => void;
  readonly clear: () => void;
  /** @param chatId undefined for a call that sends nothing: only a flood of the bot concerns it. */
  readonly treat: (chatId: number | undefined) => Treatment;
}

/** So often is a call met while "drop" lasts: all of them would be an outage. */
const dropEvery = 3;

export function createFaults(): Faults {
  let active: { readonly fault: ServerFault; readonly untilMs: number }[] = [];
  let calls = 0;

  const treatmentOf = (
    fault: ServerFault,
    { chatId, leftMs }: { readonly chatId: number | undefined; readonly leftMs: number },
  ): Treatment | undefined => {
    const retryAfterSeconds = Math.max(1, Math.ceil(leftMs / 1000));
    if (fault.kind === "flood-bot") return { kind: "flood", retryAfterSeconds };
    if (chatId === undefined) return undefined;
    if (fault.kind === "flood-chats") {
      return fault.chatIds.includes(chatId) ? { kind: "flood", retryAfterSeconds } : undefined;
    }
    calls += 1;
    if (fault.kind === "error") return { kind: "error", accept: calls % 2 === 0 };
    if (fault.kind === "hang") return { kind: "hang", forMs: leftMs };
    return calls % dropEvery === 0 ? { kind: "drop" } : undefined;
  };

  return {
    set: (fault) => {
      active.push({ fault, untilMs: machineMs() + fault.forMs });
    },
    clear: () => {
      active = [];
    },
    treat: (chatId) => {
      const nowMs = machineMs();
      active = active.filter(({ untilMs }) => untilMs > nowMs);
      for (const { fault, untilMs } of active) {
        const treatment = treatmentOf(fault, { chatId, leftMs: untilMs - nowMs });
        if (treatment !== undefined) return treatment;
      }
      return { kind: "serve" };
    },
  };
}
