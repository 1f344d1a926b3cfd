import type { Message } from "@grammyjs/types";
import type { JSX } from "preact";
import { useState } from "preact/hooks";

import type { PaymentResult } from "../../../src/sandbox/protocol.ts";
import { Dialog } from "../../shared/ui/dialog.tsx";
import { useSession, useTexts } from "../session/use-session.ts";
import { PayOutcome } from "./pay-outcome.tsx";
import { PayReview } from "./pay-review.tsx";
import type { SheetProps } from "./sheet-host.tsx";

/** What is to be paid: an invoice message, or a link whose price only the bot's message tells. */
export type Bill = { readonly message: Message } | { readonly link: string };

/** Review, then pay, then how it went. */
export function PaySheet({ bill, onClose }: SheetProps & { readonly bill: Bill }): JSX.Element {
  const { api, attempt } = useSession();
  const t = useTexts();
  const [isBusy, setBusy] = useState(false);
  const [result, setResult] = useState<PaymentResult | undefined>(undefined);
  const pay = async (): Promise<void> => {
    const what = "link" in bill ? bill : { chatId: bill.message.chat.id, messageId: bill.message.message_id };
    setBusy(true);
    setResult(await attempt(async () => await api.pay(what)));
    setBusy(false);
  };
  return (
    <Dialog title={t.pay.title} class="pay" closeLabel={t.common.close} onClose={onClose}>
      {result === undefined ? (
        <PayReview
          bill={bill}
          isBusy={isBusy}
          onPay={() => {
            void pay();
          }}
        />
      ) : (
        <PayOutcome
          result={result}
          amount={"message" in bill ? bill.message.invoice?.total_amount : undefined}
          onRetry={() => {
            setResult(undefined);
          }}
          onClose={onClose}
        />
      )}
    </Dialog>
  );
}
