import type { DeliveryState, TimelineEntry } from "./delivery.ts";

export interface StoredEntry {
  readonly at: Date;
  readonly event: string;
  readonly detail: string;
}

/** What of a delivery the timeline is told from. */
export interface TimelineFacts {
  readonly state: DeliveryState;
  readonly silent: boolean;
  readonly plain: boolean;
  readonly attempts: number;
  readonly created_at: Date;
  readonly not_before: Date | null;
  readonly held: boolean;
  readonly expires_at: Date | null;
  readonly claimed_at: Date | null;
  readonly finished_at: Date | null;
  readonly message_id: number | null;
  readonly digest_id: number | null;
  readonly refusal: string | null;
  readonly error: string | null;
}

/** The life of a delivery in sentences, from what is stored anyway and the few entries of what went differently. */
export function timelineOf(facts: TimelineFacts, entries: readonly StoredEntry[]): readonly TimelineEntry[] {
  const began: TimelineEntry[] = [{ at: facts.created_at, event: "queued", detail: queuedDetail(facts) }];
  const sending: TimelineEntry[] =
    facts.claimed_at === null
      ? []
      : [{ at: facts.claimed_at, event: "sending", detail: `Put on the wire (attempt ${attemptOf(facts)}).` }];
  const told = entries.map(({ at, event, detail }) => ({ at, event, detail: sentence(detail) }));
  // Refused ones end a moment later; what will become of them is known.
  const endedAt = facts.finished_at ?? (facts.refusal === null ? undefined : facts.created_at);
  const ended: TimelineEntry[] =
    endedAt === undefined ? [] : [{ at: endedAt, event: facts.state, detail: endDetail(facts) }];
  // Equal times keep this order. Being queued is first whatever the clocks say: they have been seen to step back.
  return [...began, ...[...told, ...sending, ...ended].toSorted((a, b) => a.at.getTime() - b.at.getTime())];
}

/** The attempt on the wire is counted when it has ended. */
function attemptOf({ state, attempts }: TimelineFacts): number {
  return state === "sending" ? attempts + 1 : Math.max(attempts, 1);
}

function queuedDetail({ held, not_before: notBefore, silent }: TimelineFacts): string {
  if (held && notBefore !== null) return `Held by quiet hours until ${notBefore.toISOString()}.`;
  if (notBefore !== null) return `Queued, not to be sent before ${notBefore.toISOString()}.`;
  return silent ? "Queued, to be sent without a sound." : "Queued.";
}

function endDetail(facts: TimelineFacts): string {
  const { state, error, refusal } = facts;
  switch (state) {
    case "sent":
      return sentDetail(facts);
    case "expired":
      return `Not sent: it had expired${facts.expires_at === null ? "" : ` at ${facts.expires_at.toISOString()}`}.`;
    case "suppressed":
      return `Not sent: ${reasonOf(error ?? refusal ?? "suppressed")}.`;
    case "failed":
      return sentence(`Telegram refused it: ${error ?? "without a reason"}`);
    case "unknown":
      return sentence(`It ${error ?? "may have arrived"}; it was not sent again`);
    case "queued":
    case "sending":
    case "held":
      return sentence(state);
  }
}

function sentDetail({ message_id: messageId, digest_id: digestId, plain }: TimelineFacts): string {
  if (digestId !== null) return `Arrived in a digest (delivery ${digestId}).`;
  return `Arrived as message ${messageId ?? "without an id"}${plain ? ", as plain text" : ""}.`;
}

const reasons: Readonly<Record<string, string>> = {
  muted: "the topic is muted in this chat",
  quiet_hours: "it came during quiet hours, in which this topic is dropped",
  blocked: "the person has blocked the bot",
  deactivated: "the account was deleted",
  kicked: "the bot was removed from the group",
  not_member: "the bot is not a member of the chat",
  deleted: "the group was deleted",
  not_started: "the person has never started the bot",
  not_found: "Telegram knows no such chat",
  left: "the bot has left the chat",
  restricted: "the bot may not write in the chat",
};

function reasonOf(reason: string): string {
  return reasons[reason] ?? reason;
}

function sentence(text: string): string {
  const trimmed = text.trim();
  const first = trimmed.charAt(0).toUpperCase() + trimmed.slice(1);
  return /[.!?]$/.test(first) ? first : `${first}.`;
}
