import type { JSX } from "preact";

import type { PaymentResult } from "../../../src/sandbox/protocol.ts";
import { Icon, Star } from "../../shared/ui/icon.tsx";
import { useSession, useSlice, useTexts } from "../session/use-session.ts";
import { MoreStars } from "./pay-review.tsx";

interface PayOutcomeProps {
  readonly result: PaymentResult;
  readonly amount: number;
  readonly onRetry: () => void;
  readonly onClose: () => void;
}

export function PayOutcome({ result, amount, onRetry, onClose }: PayOutcomeProps): JSX.Element {
  return result.ok ? (
    <Paid chargeId={result.chargeId} amount={amount} onClose={onClose} />
  ) : (
    <NotPaid result={result} onRetry={onRetry} onClose={onClose} />
  );
}

interface PaidProps {
  readonly chargeId: string;
  readonly amount: number;
  readonly onClose: () => void;
}

function Paid({ chargeId, amount, onClose }: PaidProps): JSX.Element {
  const { formats } = useSession();
  const t = useTexts();
  const bot = useSlice((state) => state.bot.firstName);
  return (
    <div class="pay-result" data-result="paid" role="status">
      <span class="pay-mark">
        <Icon name="tick" size={34} />
        <Burst />
      </span>
      <h3>{t.pay.success}</h3>
      <p>{t.pay.successText(formats.value.number(amount), bot)}</p>
      <p class="muted charge">
        {t.pay.charge}: <code>{chargeId}</code>
      </p>
      <button type="button" class="button wide" data-focus onClick={onClose}>
        {t.common.done}
      </button>
    </div>
  );
}

/** Stars that fly off once; nothing moves for people who asked for less motion. */
function Burst(): JSX.Element {
  return (
    <span class="burst" aria-hidden="true">
      {Array.from({ length: 10 }, (_, index) => (
        <i key={index} style={{ "--turn": `${String(index * 36)}deg` }}>
          <Star size={index % 2 === 0 ? 16 : 11} />
        </i>
      ))}
    </span>
  );
}

interface NotPaidProps {
  readonly result: Extract<PaymentResult, { ok: false }>;
  readonly onRetry: () => void;
  readonly onClose: () => void;
}

function NotPaid({ result, onRetry, onClose }: NotPaidProps): JSX.Element {
  const t = useTexts();
  const titles = { refused: t.pay.refused, timeout: t.pay.timeout, balance: t.pay.balanceShort };
  return (
    <div class="pay-result" data-result="failed" role="alert">
      <span class="pay-mark">
        <Icon name="warn" size={34} />
      </span>
      <h3>{titles[result.reason]}</h3>
      <p class="pre-line">{result.reason === "timeout" ? t.pay.timeoutText : result.message}</p>
      {result.reason === "balance" && <MoreStars />}
      <div class="sheet-actions">
        <button type="button" class="button quiet" onClick={onClose}>
          {t.common.close}
        </button>
        <button type="button" class="button" onClick={onRetry}>
          {t.common.retry}
        </button>
      </div>
    </div>
  );
}
