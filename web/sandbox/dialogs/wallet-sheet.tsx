import type { ComponentChildren, JSX } from "preact";

import type { PaymentView, SubscriptionView } from "../../../src/sandbox/protocol.ts";
import { Dialog } from "../../shared/ui/dialog.tsx";
import { Star } from "../../shared/ui/icon.tsx";
import type { WalletAction } from "../session/api.ts";
import { useSession, useSlice, useTexts } from "../session/use-session.ts";
import type { SheetProps } from "./sheet-host.tsx";

/**
 * What one has paid and goes on paying, as Telegram shows it under My Stars; and what only months and stores can do, so
 * that it can be tried.
 */
export function WalletSheet({ onClose }: SheetProps): JSX.Element {
  const t = useTexts();
  const { payments, subscriptions } = useSlice((state) => state.wallet);
  return (
    <Dialog title={t.wallet.title} closeLabel={t.common.close} onClose={onClose}>
      {payments.length === 0 && <p class="sheet-text">{t.wallet.nothing}</p>}
      {subscriptions.length > 0 && (
        <section class="wallet">
          <h3>{t.wallet.monthly}</h3>
          <ul>
            {subscriptions.map((subscription) => (
              <Subscription key={subscription.chargeId} subscription={subscription} />
            ))}
          </ul>
        </section>
      )}
      {payments.length > 0 && (
        <section class="wallet">
          <h3>{t.wallet.payments}</h3>
          <ul>
            {payments.map((payment) => (
              <Payment key={payment.chargeId} payment={payment} />
            ))}
          </ul>
        </section>
      )}
    </Dialog>
  );
}

function Subscription({ subscription }: { readonly subscription: SubscriptionView }): JSX.Element {
  const { formats } = useSession();
  const { wallet } = useTexts();
  const { chargeId, title, stars, state, expiresAt } = subscription;
  const until = formats.value.day(Date.parse(expiresAt) / 1000, new Date());
  return (
    <Entry title={title} stars={stars} note={wallet[state](until)}>
      {state === "active" && (
        <>
          <Act action="subscriptions/renew" chargeId={chargeId} label={wallet.renew} />
          <Act action="subscriptions/fail" chargeId={chargeId} label={wallet.fail} />
          <Act action="subscriptions/cancel" chargeId={chargeId} label={wallet.cancel} isDanger />
        </>
      )}
      {state === "canceled" && <Act action="subscriptions/resume" chargeId={chargeId} label={wallet.resume} />}
    </Entry>
  );
}

function Payment({ payment }: { readonly payment: PaymentView }): JSX.Element {
  const { formats } = useSession();
  const { wallet } = useTexts();
  const { chargeId, title, stars, paidAt, isRefunded } = payment;
  const seconds = Date.parse(paidAt) / 1000;
  const when = `${formats.value.day(seconds, new Date())}, ${formats.value.time(seconds)}`;
  return (
    <Entry title={title} stars={stars} note={isRefunded ? `${when} · ${wallet.wentBack}` : when} isGone={isRefunded}>
      {!isRefunded && <Act action="payments/charge-back" chargeId={chargeId} label={wallet.chargeBack} isDanger />}
    </Entry>
  );
}

interface EntryProps {
  readonly title: string;
  readonly stars: number;
  readonly note: string;
  readonly isGone?: boolean;
  readonly children: ComponentChildren;
}

function Entry({ title, stars, note, isGone = false, children }: EntryProps): JSX.Element {
  const { formats } = useSession();
  return (
    <li class="wallet-entry" data-gone={isGone}>
      <p class="wallet-line">
        <span>{title}</span>
        <span class="star-count">
          <Star />
          {formats.value.number(stars)}
        </span>
      </p>
      <p class="muted">{note}</p>
      <p class="wallet-acts">{children}</p>
    </li>
  );
}

interface ActProps {
  readonly action: WalletAction;
  readonly chargeId: string;
  readonly label: string;
  readonly isDanger?: boolean;
}

function Act({ action, chargeId, label, isDanger = false }: ActProps): JSX.Element {
  const { api, attempt } = useSession();
  return (
    <button
      type="button"
      class={isDanger ? "text-button danger" : "text-button"}
      onClick={() => {
        void attempt(async () => await api.wallet(action, chargeId));
      }}
    >
      {label}
    </button>
  );
}
