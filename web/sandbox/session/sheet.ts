import type { Message } from "@grammyjs/types";

/** A dialog over the page, with what it is about. One at a time. */
export type Sheet =
  | { readonly kind: "alert"; readonly text: string }
  | { readonly kind: "pay"; readonly message: Message }
  | { readonly kind: "pay-link"; readonly link: string }
  | { readonly kind: "photos"; readonly files: readonly File[] }
  | { readonly kind: "view-photo"; readonly fileId: string; readonly caption: string }
  | { readonly kind: "new-person" }
  | { readonly kind: "new-group" }
  | { readonly kind: "new-topic"; readonly chatId: number }
  | { readonly kind: "choose-group"; readonly payload: string }
  | { readonly kind: "chat-info"; readonly chatId: number }
  | { readonly kind: "real-bot" }
  | { readonly kind: "reset" };
