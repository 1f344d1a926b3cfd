import type { User } from "../accounts/index.ts";
import type { Tx } from "../db/index.ts";
import type { RefundRequest, RefundResult } from "../ledger/index.ts";
import type { ChatDeps } from "./chat-deps.ts";
import { putRefundCard, tellRefund } from "./refund-card.ts";

/** `negative`: although its credits are spent. */
export type RefundVerdict = "approve" | "negative" | "refuse";

export type RefundDecision =
  | { readonly ok: true; readonly refund: RefundRequest }
  | { readonly ok: false; readonly reason: "not-open"; readonly refund: RefundRequest | undefined }
  /** Its credits are `spent`: approving needs a verdict of its own; or that is `forbidden` by the settings. */
  | { readonly ok: false; readonly reason: "spent" | "forbidden"; readonly refund: RefundRequest };

/** An admin decides on a request: audited, shown on its cards, and the person told when it ends with that. */
export async function decideRefund(
  deps: ChatDeps,
  tx: Tx,
  { user, verdict, id }: { readonly user: User; readonly verdict: RefundVerdict; readonly id: string },
): Promise<RefundDecision> {
  const refund = await deps.ledger.stars.findRefund(tx, id);
  if (refund === undefined) return { ok: false, reason: "not-open", refund };
  const actor = `user:${user.id}`;
  const result: RefundResult =
    verdict === "refuse"
      ? await deps.ledger.stars.refuseRefund(tx, refund.id, actor)
      : await deps.ledger.stars.approveRefund(tx, refund.id, { actor, allowNegative: verdict === "negative" });
  if (!result.ok) {
    if (result.reason !== "credits_spent" && result.reason !== "refused_by_policy")
      return { ok: false, reason: "not-open", refund };
    const reason = result.reason === "credits_spent" ? "spent" : "forbidden";
    await putRefundCard(deps, tx, { refund, spent: reason });
    return { ok: false, reason, refund };
  }
  await deps.accounts.audit(tx, {
    actor,
    action: verdict === "refuse" ? "ledger.refund_refused" : "ledger.refund_approved",
    subject: `refund:${refund.id}`,
    before: { state: refund.state },
    after: { state: result.refund.state, verdict },
    origin: "chat",
  });
  await putRefundCard(deps, tx, { refund: result.refund, actor: user.firstName });
  if (result.refund.state === "refused") await tellRefund(deps, tx, { ...result.refund, state: "refused" });
  return { ok: true, refund: result.refund };
}
