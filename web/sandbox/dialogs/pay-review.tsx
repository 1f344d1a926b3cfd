import type { JSX } from "preact";

import type { InvoiceView } from "../../../src/sandbox/protocol.ts";
import { Star } from "../../shared/ui/icon.tsx";
import { useSession, useSlice, useTexts } from "../session/use-session.ts";

interface PayReviewProps {
  readonly invoice: InvoiceView;
  readonly isBusy: boolean;
  readonly onPay: () => void;
}

/** The item, what it costs, what one has, and the button that pays; with too few Stars, a way to more of them. */
export function PayReview({ invoice, isBusy, onPay }: PayReviewProps): JSX.Element {
  const { formats } = useSession();
  const t = useTexts();
  const balance = useSlice((state) => state.me.stars);
  const { number } = formats.value;
  const amount = invoice.stars;
  const missing = Math.max(amount - balance, 0);
  return (
    <>
      <div class="pay-item">
        <Star size={44} />
        <h3>{invoice.title}</h3>
        <p>{invoice.description}</p>
      </div>
      <dl class="pay-lines">
        <PayLine
          label={invoice.subscriptionPeriod === undefined ? t.pay.total : t.pay.monthly}
          stars={amount}
          isTotal
        />
        <PayLine label={t.pay.balance} stars={balance} />
        {missing === 0 && <PayLine label={t.pay.after} stars={balance - amount} />}
      </dl>
      {missing > 0 && (
        <p class="pay-short" role="alert">
          {t.pay.short(number(missing))}
        </p>
      )}
      <div class="pay-actions">
        {missing > 0 ? (
          <MoreStars />
        ) : (
          <button type="button" class="button wide" data-focus disabled={isBusy} aria-busy={isBusy} onClick={onPay}>
            {isBusy ? t.pay.paying : t.pay.confirm(number(amount))}
          </button>
        )}
      </div>
      <p class="pay-note">{t.pay.play}</p>
    </>
  );
}

interface PayLineProps {
  readonly label: string;
  readonly stars: number;
  readonly isTotal?: boolean;
}

function PayLine({ label, stars, isTotal = false }: PayLineProps): JSX.Element {
  const { formats } = useSession();
  return (
    <div data-total={isTotal}>
      <dt>{label}</dt>
      <dd>
        <Star />
        {formats.value.number(stars)}
      </dd>
    </div>
  );
}

export function MoreStars(): JSX.Element {
  const { api, attempt, toasts } = useSession();
  const t = useTexts();
  return (
    <button
      type="button"
      class="button wide"
      onClick={() => {
        void attempt(async () => {
          await api.addStars(500);
          toasts.show(t.people.gotStars);
        });
      }}
    >
      <Star />
      {t.pay.more}
    </button>
  );
}
