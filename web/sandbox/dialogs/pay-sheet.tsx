import type { JSX } from "preact";
import { useState } from "preact/hooks";

import type { PaymentResult } from "../../../src/sandbox/protocol.ts";
import { Dialog } from "../../shared/ui/dialog.tsx";
import type { Bill } from "../session/sheet.ts";
import { useSession, useTexts } from "../session/use-session.ts";
import { PayOutcome } from "./pay-outcome.tsx";
import { PayReview } from "./pay-review.tsx";
import type { SheetProps } from "./sheet-host.tsx";

/** Review, then pay, then how it went. */
export function PaySheet({ bill, onClose }: SheetProps & { readonly bill: Bill }): JSX.Element {
  const { api, attempt } = useSession();
  const t = useTexts();
  const [isBusy, setBusy] = useState(false);
  const [result, setResult] = useState<PaymentResult | undefined>(undefined);
  const pay = async (): Promise<void> => {
    setBusy(true);
    setResult(await attempt(async () => await api.pay(bill.payment)));
    setBusy(false);
  };
  return (
    <Dialog title={t.pay.title} class="pay" closeLabel={t.common.close} onClose={onClose}>
      {result === undefined ? (
        <PayReview
          invoice={bill.invoice}
          isBusy={isBusy}
          onPay={() => {
            void pay();
          }}
        />
      ) : (
        <PayOutcome
          result={result}
          amount={bill.invoice.stars}
          onRetry={() => {
            setResult(undefined);
          }}
          onClose={onClose}
        />
      )}
    </Dialog>
  );
}
