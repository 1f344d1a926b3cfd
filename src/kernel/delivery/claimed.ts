/** A delivery that is ours to put on the wire now. */
export interface Claimed {
  readonly id: number;
  readonly lane: number;
  readonly chatId: number;
  readonly contentId: number;
  readonly silent: boolean;
  /** Its markup was refused. */
  readonly plain: boolean;
  /** An earlier attempt may have arrived. */
  readonly perhapsRepeat: boolean;
  /** Before this one. */
  readonly attempts: number;
  /** Of the parts that have arrived. */
  readonly sentIds: readonly number[];
  readonly threadId: number | null;
  readonly replyTo: number | null;
  readonly editMessageId: number | null;
  readonly card:
    | { readonly id: number; readonly messageId: number | null; readonly shown: "text" | "media" }
    | undefined;
  readonly isDigest: boolean;
  readonly settles: boolean;
  /** Since it was made, or might go. */
  readonly waitedSeconds: number;
  /** The claim it belongs to. */
  readonly flightId: number;
  /** By the database's clock, in seconds since 1970. */
  readonly claimedAt: number;
}

/** Whether the delivery changes a message that exists. */
export function isEdit(claimed: Claimed): boolean {
  return claimed.editMessageId !== null || (claimed.card !== undefined && claimed.card.messageId !== null);
}

/** Nothing but a text part that goes out as it was prepared: what nearly every delivery is. */
export function isUsual(claimed: Claimed): boolean {
  return claimed.editMessageId === null && claimed.card === undefined && !claimed.plain && !claimed.perhapsRepeat;
}

/** What became of one attempt. */
export type Outcome = Sent | Again | Ended;

export interface Sent {
  readonly type: "sent";
  /** Undefined when the answer did not tell. */
  readonly messageId: number | undefined;
  /** What Telegram calls the files that went with it and were not known by a name before. */
  readonly files: readonly { readonly mediaId: string; readonly fileId: string }[];
  /** Of the media in the message, new or not. */
  readonly fileId: string | undefined;
  /** The message has media now. */
  readonly showsMedia: boolean;
  /** This was not the last part. */
  readonly more: boolean;
}

/** It stays in the queue. */
export interface Again {
  readonly type: "again";
  readonly delayMs: number;
  /** Whether the attempt counts: a 429 does not. */
  readonly counts: boolean;
  /** For the timeline. */
  readonly event: string;
  readonly detail: string;
  readonly change?: {
    readonly plain?: boolean;
    readonly perhapsRepeat?: boolean;
    /** The group is now this supergroup. */
    readonly movedTo?: number;
    /** The card's message cannot be edited any more. */
    readonly forgetCardMessage?: boolean;
  };
}

export interface Ended {
  readonly type: "ended";
  readonly state: "failed" | "unknown" | "suppressed";
  readonly error: string;
  /** Nothing reaches this chat any more. */
  readonly suspend?: string;
}
