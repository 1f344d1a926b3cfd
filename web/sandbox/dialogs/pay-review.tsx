import type { JSX } from "preact";

import { Star } from "../../shared/ui/icon.tsx";
import { useSession, useSlice, useTexts } from "../session/use-session.ts";
import type { Bill } from "./pay-sheet.tsx";

interface PayReviewProps {
  readonly bill: Bill;
  readonly isBusy: boolean;
  readonly onPay: () => void;
}

/** The item, what it costs, what one has, and the button that pays; with too few Stars, a way to more of them. */
export function PayReview({ bill, isBusy, onPay }: PayReviewProps): JSX.Element {
  const { formats } = useSession();
  const t = useTexts();
  const balance = useSlice((state) => state.me.stars);
  const { number } = formats.value;
  const invoice = "message" in bill ? bill.message.invoice : undefined;
  const amount = invoice?.total_amount;
  const missing = amount === undefined ? 0 : Math.max(amount - balance, 0);
  return (
    <>
      <div class="pay-item">
        <Star size={44} />
        <h3>{invoice?.title ?? t.message.invoice}</h3>
        <p>{invoice?.description ?? t.pay.link}</p>
      </div>
      <dl class="pay-lines">
        {amount !== undefined && <PayLine label={t.pay.total} stars={amount} isTotal />}
        <PayLine label={t.pay.balance} stars={balance} />
        {amount !== undefined && missing === 0 && <PayLine label={t.pay.after} stars={balance - amount} />}
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
            {confirmText(t, isBusy, amount === undefined ? undefined : number(amount))}
          </button>
        )}
      </div>
      <p class="pay-note">{t.pay.play}</p>
    </>
  );
}

function confirmText(t: ReturnType<typeof useTexts>, isBusy: boolean, amount: string | undefined): string {
  if (isBusy) return t.pay.paying;
  return amount === undefined ? t.pay.confirmLink : t.pay.confirm(amount);
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
