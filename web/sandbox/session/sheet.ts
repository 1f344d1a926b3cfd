import type { InvoiceView, PayInvoice } from "../../../src/sandbox/protocol.ts";

/** What is to be paid, by a message or a link, and for what. */
export interface Bill {
  readonly invoice: InvoiceView;
  readonly payment: PayInvoice;
}

/** A dialog over the page, with what it is about. One at a time. */
export type Sheet =
  | { readonly kind: "alert"; readonly text: string }
  | { readonly kind: "pay"; readonly bill: Bill }
  | { readonly kind: "photos"; readonly files: readonly File[] }
  | { readonly kind: "view-photo"; readonly fileId: string; readonly caption: string }
  | { readonly kind: "wallet" }
  | { readonly kind: "new-person" }
  | { readonly kind: "new-group" }
  | { readonly kind: "new-topic"; readonly chatId: number }
  | { readonly kind: "choose-group"; readonly payload: string }
  | { readonly kind: "chat-info"; readonly chatId: number }
  | { readonly kind: "real-bot" }
  | { readonly kind: "reset" };
