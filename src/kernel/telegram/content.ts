import type { Html } from "../lib/html.ts";

/** A message to be, in our terms; `render.ts` makes it the Bot API call. */
export type Content = TextContent | MediaContent | AlbumContent | InvoiceContent;

export interface TextContent {
  readonly kind: "text";
  /** Any length: what is over Telegram's 4096 characters is split at a safe boundary, the keyboard goes on the last part. */
  readonly html: Html;
  readonly keyboard?: Keyboard;
  /** Link previews are off unless asked for. */
  readonly preview?: boolean;
}

export interface MediaContent {
  readonly kind: "photo" | "video" | "animation" | "document";
  readonly media: MediaRef;
  /** What is over 1024 characters follows as a text message. */
  readonly caption?: Html;
  readonly keyboard?: Keyboard;
  /** For videos and animations: without them some clients show a square. */
  readonly shape?: { readonly width: number; readonly height: number; readonly durationSeconds: number };
  readonly thumbnail?: MediaRef;
}

export interface AlbumContent {
  readonly kind: "album";
  /** 2 to 10. */
  readonly items: readonly Pick<MediaContent, "kind" | "media" | "caption" | "shape">[];
}

export interface InvoiceContent {
  readonly kind: "invoice";
  /** At most 32 characters. */
  readonly title: string;
  /** At most 255 characters. */
  readonly description: string;
  /** At most 128 bytes: the order's id. */
  readonly payload: string;
  readonly stars: number;
  /** Never empty: forwarded copies would keep a Pay button that charges whoever presses it. */
  readonly startParameter: string;
}

/** A stored file (uploaded once, then sent by its `file_id`), or a `file_id` that Telegram gave us. */
export type MediaRef = { readonly mediaId: string } | { readonly fileId: string };

export type Keyboard =
  | { readonly inline: readonly (readonly Button[])[] }
  /** Opens the reply field; the person's answer quotes the message. */
  | { readonly forceReply: { readonly placeholder?: string } };

export type Button = {
  /** As text, without markup. */
  readonly text: string;
  readonly style?: "danger" | "success" | "primary";
} &
  /** At most 64 bytes, made with `callbackData`. */
  ({ readonly callback: string } | { readonly url: string } | { readonly copy: string });
