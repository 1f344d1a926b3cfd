import type { BotCommand, ForceReply, MenuButton, Message, ReplyKeyboardMarkup } from "@grammyjs/types";

/**
 * What the people's side of the sandbox speaks: JSON over HTTP for actions, one WebSocket for everything that happens.
 * The chat page and the tests are its two users. Messages are the Bot API's own objects, so nothing is translated.
 *
 * Base path `/sandbox/api`. Every action names who does it: `/people/{personId}/…`. Answers are 200 with JSON, or 4xx
 * with `{ error }` in plain words. The WebSocket is `/sandbox/events?as={personId}`: first one `state`, then events.
 * Who does not say who he is sees what the newcomer, Alex Rivera, sees.
 */
export interface Person {
  readonly id: number;
  readonly firstName: string;
  readonly lastName?: string;
  readonly username?: string;
  /** `en`, `ko`, … as the person's Telegram client reports it. */
  readonly languageCode: string;
  /** What this persona is for, shown under the name: "new user", "admin", … */
  readonly about: string;
  /** Play Stars the person owns. */
  readonly stars: number;
  readonly isPremium: boolean;
}

export interface ForumTopic {
  readonly threadId: number;
  readonly name: string;
}

export interface ChatView {
  readonly id: number;
  readonly type: "private" | "group" | "supergroup" | "channel";
  readonly title: string;
  readonly isForum: boolean;
  readonly topics: readonly ForumTopic[];
  readonly memberIds: readonly number[];
  /** The person who looks has blocked the bot in this (private) chat. */
  readonly blocked: boolean;
  /** The person has pressed Start, or the bot is a member of the group. */
  readonly started: boolean;
  /** The command menu this person sees here: the narrowest scope and language that the bot has set. */
  readonly commands: readonly BotCommand[];
  /** The keyboard under the text field, or the reply that the bot asks for, until it is used or taken away. */
  readonly keyboard?: { readonly messageId: number; readonly markup: ReplyKeyboardMarkup | ForceReply };
  /** The button beside the text field of the private chat, when the bot has set one. */
  readonly menuButton?: MenuButton;
  /** Oldest first. */
  readonly pinnedMessageIds?: readonly number[];
}

/** Everything a page needs to draw itself; also the answer of `GET /sandbox/api/state?as={personId}`. */
export interface SandboxState {
  readonly bot: {
    readonly id: number;
    readonly firstName: string;
    readonly username: string;
    readonly description: string;
    /** What is typed after its name is answered while it is typed. */
    readonly hasInlineMode: boolean;
  };
  readonly people: readonly Person[];
  readonly me: Person;
  readonly chats: readonly ChatView[];
  /** Messages by chat id, oldest first. Bot API objects; media are read through `fileUrl` below. */
  readonly messages: Readonly<Record<string, readonly Message[]>>;
  readonly wallet: Wallet;
  readonly faults: readonly ActiveFault[];
  readonly calls: readonly ApiCall[];
  /** True time unless a test has frozen it. */
  readonly now: string;
}

/** What this person has paid to the bot, and what goes on being paid. */
export interface Wallet {
  /** Newest first. */
  readonly payments: readonly PaymentView[];
  readonly subscriptions: readonly SubscriptionView[];
}

export interface PaymentView {
  readonly chargeId: string;
  readonly title: string;
  readonly stars: number;
  readonly paidAt: string;
  /** By the bot, or by a store. */
  readonly isRefunded: boolean;
}

export interface SubscriptionView {
  /** Of the first payment. */
  readonly chargeId: string;
  readonly title: string;
  /** For each month. */
  readonly stars: number;
  /** The next payment is due then, or nothing more when it is not active. */
  readonly expiresAt: string;
  /** `barred`: the bot has cancelled it, and the person cannot take it up again until the bot allows it. */
  readonly state: "active" | "canceled" | "barred";
}

/** One Bot API call of the bot, as the panel shows it. The token is never part of it. */
export interface ApiCall {
  readonly id: number;
  readonly at: string;
  readonly method: string;
  /** The parameters, long texts cut at 2,000 characters, uploads replaced by their name and size. */
  readonly params: Readonly<Record<string, unknown>>;
  readonly ok: boolean;
  readonly status: number;
  /** Telegram's error text when `ok` is false; the fault's name when one was injected. */
  readonly note?: string;
  readonly tookMs: number;
}

export type FaultKind =
  /** 429 with `retry_after`. */
  | "rate_limit"
  /** 500 Internal Server Error, nothing done. */
  | "server_error"
  /** Never answers, nothing done (until the fault is taken back, then the connection is cut). */
  | "hang"
  /** Cuts the connection before anything is done. */
  | "reset"
  /** Does it, then cuts the connection: the ambiguous case. */
  | "drop_answer"
  /** Refuses every connection's request with 502: Telegram is down. */
  | "outage";

/** `POST /sandbox/api/faults` takes this; `DELETE /sandbox/api/faults/{id}` (or `/faults` for all) takes it back. */
export interface FaultRequest {
  readonly kind: FaultKind;
  /** Only these methods (`sendMessage`); absent: every method but `getUpdates`. */
  readonly methods?: readonly string[];
  /** Only calls for this chat. */
  readonly chatId?: number;
  /** How many calls it hits before it ends by itself; absent: until taken back. */
  readonly times?: number;
  /** For how long; absent: until taken back. */
  readonly seconds?: number;
  /** For `rate_limit`. Default 5. */
  readonly retryAfter?: number;
}

export interface ActiveFault extends FaultRequest {
  readonly id: number;
  readonly hits: number;
}

/** What the WebSocket sends. Only what concerns the person of the connection, but calls and faults go to everybody. */
export type SandboxEvent =
  | { readonly type: "state"; readonly state: SandboxState }
  | { readonly type: "message"; readonly chatId: number; readonly message: Message }
  | { readonly type: "edited"; readonly chatId: number; readonly message: Message }
  | { readonly type: "deleted"; readonly chatId: number; readonly messageIds: readonly number[] }
  /** `sendChatAction`: shown for 5 s or until the next message of the bot. */
  | { readonly type: "action"; readonly chatId: number; readonly action: string; readonly threadId?: number }
  | { readonly type: "chat"; readonly chat: ChatView }
  | { readonly type: "person"; readonly person: Person }
  | { readonly type: "wallet"; readonly wallet: Wallet }
  | {
      readonly type: "callback_answer";
      readonly queryId: string;
      readonly text?: string;
      readonly showAlert: boolean;
      readonly url?: string;
    }
  | { readonly type: "call"; readonly call: ApiCall }
  | { readonly type: "faults"; readonly faults: readonly ActiveFault[] };

/** `POST /people/{id}/messages`: types a text (commands, deep-link starts and replies included). → `{ message }` */
export interface SendText {
  readonly chatId: number;
  readonly text: string;
  readonly replyToMessageId?: number;
  readonly threadId?: number;
}

/**
 * `POST /people/{id}/photos?chatId=&caption=&threadId=&replyToMessageId=&asFile=`: the image's bytes as the body, its type in `content-type`
 * (`image/jpeg`, `image/png`, `image/webp`), at most 10 MB. → `{ message }`
 */
export interface SendPhotoQuery {
  readonly chatId: number;
  readonly caption?: string;
  readonly threadId?: number;
  readonly replyToMessageId?: number;
  readonly asFile?: boolean;
}

/** `POST /people/{id}/presses`: presses an inline button. → `{ queryId }`; the bot's answer comes as `callback_answer`. */
export interface PressButton {
  readonly chatId: number;
  readonly messageId: number;
  /** The button's `callback_data`; anything is passed on, as a modified client could send anything. */
  readonly data: string;
}

/** `POST /people/{id}/inline`: types `query` after the bot's name. → `InlineView`, once the bot has answered (30 s at most). */
export interface AskInline {
  readonly chatId: number;
  readonly query: string;
  /** The `nextOffset` of the page before. */
  readonly offset?: string;
}

/** What the bot offers over the text field. */
export interface InlineView {
  readonly queryId: string;
  readonly results: readonly {
    readonly id: string;
    readonly type: string;
    readonly title: string;
    readonly description?: string;
    readonly thumbnailFileId?: string;
  }[];
  /** Absent: there are no more. */
  readonly nextOffset?: string;
  /** Leads into the private chat, as `/start startParameter`. */
  readonly button?: { readonly text: string; readonly startParameter: string };
}

/** `POST /people/{id}/inline/choose`: sends what was offered, "via" the bot. → `{ message }` */
export interface ChooseInline {
  readonly chatId: number;
  readonly queryId: string;
  readonly resultId: string;
  readonly replyToMessageId?: number;
  readonly threadId?: number;
}

/** `POST /people/{id}/payments`: pays an invoice message (or link) with play Stars. → `PaymentResult` */
export interface PayInvoice {
  readonly chatId?: number;
  readonly messageId?: number;
  /** Instead of a message: the URL that `createInvoiceLink` gave. */
  readonly link?: string;
}

/** `GET /sandbox/api/invoices?link=`: what a link that `createInvoiceLink` gave asks for. */
export interface InvoiceView {
  readonly title: string;
  readonly description: string;
  readonly stars: number;
  /** Seconds from one payment to the next; absent when there is only one. */
  readonly subscriptionPeriod?: number;
}

export type PaymentResult =
  | { readonly ok: true; readonly chargeId: string; readonly balance: number }
  /** `reason`: the bot refused at pre-checkout (`message` is its text), did not answer in 10 s, or too few Stars. */
  | { readonly ok: false; readonly reason: "refused" | "timeout" | "balance"; readonly message: string };

/**
 * The smaller actions, all `POST /people/{id}/…` with JSON, answering `{}` unless said otherwise:
 * - `start {payload?}` presses Start in the private chat (sends `/start payload`). → `{ message }`
 * - `block {}` / `unblock {}` the bot in the private chat.
 * - `stars {amount}` adds play Stars. → `{ balance }`
 * - `groups {title, memberIds, forum?}` makes a group with the bot in it. → `{ chat }`
 * - `groups/migrate {chatId}` turns a group into a supergroup. → `{ chatId }`
 * - `groups/remove-bot {chatId}` / `groups/add-bot {chatId}`.
 * - `groups/promote-bot {chatId}` / `groups/demote-bot {chatId}` makes the bot an administrator (in a forum it is one).
 * - `topics {chatId, name}` → `{ threadId }`
 * - `edits {chatId, messageId, text}` changes an own text. → `{ message }`
 * - `subscriptions/cancel {chargeId}` / `subscriptions/resume {chargeId}`: the charge id of the first payment.
 * - `subscriptions/renew {chargeId}` / `subscriptions/fail {chargeId}`: a month passes, and the next payment goes through or not.
 * - `payments/charge-back {chargeId}`: a store takes the payment back. The bot is told nothing.
 * `POST /people {firstName, username?, languageCode?, about?}` makes a person. → `Person`
 * `POST /reset {}` empties the world back to its first state.
 * `GET /files/{fileId}` gives a file's bytes with its type and supports ranges (video seeking).
 */
export type SmallActions = never;

/** Where the page and the tests read a file's bytes. */
export type FileUrl = `/sandbox/api/files/${string}`;
