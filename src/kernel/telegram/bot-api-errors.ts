/** What Telegram's answer says beside its text. */
export interface Refusal {
  readonly method: string;
  /** Telegram's `error_code`, which equals the HTTP status. */
  readonly errorCode: number;
  /** Telegram's own words, such as `Forbidden: bot was blocked by the user`. */
  readonly description: string;
  readonly retryAfterSeconds?: number | undefined;
  /** The group is now this supergroup (at most 52 bits). */
  readonly migrateToChatId?: number | undefined;
}

/** Telegram said no: nothing was done, and asking again changes nothing unless `retryAfterSeconds` says when. */
export class TelegramRefused extends Error {
  override readonly name = "TelegramRefused";
  readonly method: string;
  readonly errorCode: number;
  readonly description: string;
  readonly retryAfterSeconds: number | undefined;
  readonly migrateToChatId: number | undefined;

  constructor(refusal: Refusal) {
    super(`${refusal.method}: ${refusal.errorCode} ${refusal.description}`);
    this.method = refusal.method;
    this.errorCode = refusal.errorCode;
    this.description = refusal.description;
    this.retryAfterSeconds = refusal.retryAfterSeconds;
    this.migrateToChatId = refusal.migrateToChatId;
  }
}

/** Telegram has surely not received the call (no DNS, no connection, gave up before it was written): it may be made again. */
export class TelegramUnavailable extends Error {
  override readonly name = "TelegramUnavailable";
  readonly method: string;
  /** `ECONNREFUSED`, `UND_ERR_CONNECT_TIMEOUT`, `timeout`, `aborted`, `closed`, …; never a URL, which would hold the token. */
  readonly reason: string;

  constructor(method: string, reason: string) {
    super(`${method}: not sent (${reason})`);
    this.method = method;
    this.reason = reason;
  }
}

/** The call may have taken effect: it was written, and no usable answer came (timeout, cut connection, 5xx, broken body). */
export class TelegramUnclear extends Error {
  override readonly name = "TelegramUnclear";
  readonly method: string;
  /** `timeout`, `aborted`, `ECONNRESET`, `UND_ERR_SOCKET`, `MalformedAnswer`, `HTTP 502`, …; never a URL, which would hold the token. */
  readonly reason: string;

  constructor(method: string, reason: string) {
    super(`${method}: outcome unknown (${reason})`);
    this.method = method;
    this.reason = reason;
  }
}

/** A file that was to be uploaded broke off while it was read: Telegram has half a call, which it does not act on. */
export class UploadUnreadable extends Error {
  override readonly name = "UploadUnreadable";

  constructor(method: string, options?: ErrorOptions) {
    super(`a file for ${method} could not be read`, options);
  }
}

export type TelegramFailure = TelegramRefused | TelegramUnavailable | TelegramUnclear;

/** Whether something thrown came from a Bot API call. */
export function isTelegramFailure(thrown: unknown): thrown is TelegramFailure {
  return (
    thrown instanceof TelegramRefused || thrown instanceof TelegramUnavailable || thrown instanceof TelegramUnclear
  );
}
