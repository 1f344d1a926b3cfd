import type { ApiError, ResponseParameters } from "@grammyjs/types";

/** A refusal in Telegram's own words; anything else thrown by a method is a bug of the sandbox. */
export class BotApiError extends Error {
  override readonly name = "BotApiError";
  /** The HTTP status and `error_code`. */
  readonly code: number;
  readonly parameters: ResponseParameters | undefined;

  constructor(code: number, description: string, parameters?: ResponseParameters) {
    super(description);
    this.code = code;
    this.parameters = parameters;
  }

  toJSON(): ApiError {
    const parameters = this.parameters === undefined ? {} : { parameters: this.parameters };
    return { ok: false, error_code: this.code, description: this.message, ...parameters };
  }
}

export function badRequest(reason: string): BotApiError {
  return new BotApiError(400, `Bad Request: ${reason}`);
}

export function forbidden(reason: string): BotApiError {
  return new BotApiError(403, `Forbidden: ${reason}`);
}

export function tooManyRequests(retryAfter: number): BotApiError {
  return new BotApiError(429, `Too Many Requests: retry after ${retryAfter}`, { retry_after: retryAfter });
}

export function chatWasUpgraded(newChatId: number): BotApiError {
  return new BotApiError(400, "Bad Request: group chat was upgraded to a supergroup chat", {
    migrate_to_chat_id: newChatId,
  });
}
