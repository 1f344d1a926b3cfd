import type { Message } from "@grammyjs/types";
import type { JSX } from "preact";

import { Star } from "../../shared/ui/icon.tsx";
import { useSession, useTexts } from "../session/use-session.ts";

export function InvoiceCard({ message }: { readonly message: Message }): JSX.Element | null {
  const { formats } = useSession();
  const t = useTexts();
  const { invoice } = message;
  if (invoice === undefined) return null;
  const amount = formats.value.number(invoice.total_amount);
  return (
    <div class="invoice">
      <div class="invoice-price" role="img" aria-label={t.common.stars(amount)}>
        <Star size={20} />
        {amount}
      </div>
      <div class="invoice-text">
        <strong>{invoice.title}</strong>
        <p>{invoice.description}</p>
        <span class="invoice-mark">{t.pay.test}</span>
      </div>
    </div>
  );
}
