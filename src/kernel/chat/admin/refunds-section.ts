import type { AdminAction, AdminPage, AdminScreen, AdminSection, AdminView } from "../../feature.ts";
import { Html } from "../../lib/html.ts";
import { longId, shortId } from "../../lib/short-id.ts";
import type { Button } from "../../telegram/index.ts";
import type { ChatDeps } from "../chat-deps.ts";
import { decideRefund, type RefundVerdict } from "../decide-refund.ts";
import { type RefundCard, refundText } from "../refund-card.ts";
import { sheetOf, turnButtons } from "./page-turner.ts";
import { userName } from "./user-name.ts";

const requestsPerPage = 8;

/** Requests that wait for a decision: the same that every admin chat has a card of, which follow what is decided here. */
export function refundsSection(deps: ChatDeps): AdminSection {
  return {
    id: "ref",
    label: "chat-admin-refunds",
    glance: async ({ t, tx }) =>
      t("chat-admin-refunds-glance", { count: (await deps.ledger.stars.openRefunds(tx)).length }),
    pages: { main: listPage(deps), show: showPage(deps) },
    actions: {
      approve: decide(deps, "approve"),
      negative: decide(deps, "negative"),
      refuse: decide(deps, "refuse"),
    },
  };
}

function listPage(deps: ChatDeps): AdminPage {
  return async (view, [page]) => {
    const { t, tx, open } = view;
    const requests = await deps.ledger.stars.openRefunds(tx);
    const sheet = sheetOf(page, requestsPerPage);
    const shown = requests.slice(sheet.skip, sheet.skip + sheet.limit);
    const rows: (readonly Button[])[] = [];
    for (const { id, stars, userId } of shown.slice(0, requestsPerPage)) {
      const person = await deps.accounts.userById(tx, userId);
      rows.push([open(`${stars} ⭐ · ${person === undefined ? "–" : userName(person)}`, "show", shortId(id))]);
    }
    return {
      html: Html.join([
        t("chat-admin-refunds-title"),
        requests.length === 0 ? t("chat-admin-refunds-none") : t("chat-admin-refunds-open", { count: requests.length }),
      ]),
      buttons: [...rows, ...turnButtons(view, { sheet, found: shown.length, page: "main" })],
    };
  };
}

function showPage(deps: ChatDeps): AdminPage {
  return async (view, [id]) => {
    const refund = await deps.ledger.stars.findRefund(view.tx, longId(id));
    return refund === undefined ? { html: view.t("chat-refund-not-open") } : await screen(deps, view, { refund });
  };
}

async function screen(deps: ChatDeps, view: AdminView, shown: RefundCard): Promise<AdminScreen> {
  const { t, act, openUser } = view;
  const { refund, spent } = shown;
  const id = shortId(refund.id);
  const approve =
    spent !== undefined
      ? act({ text: t.plain("chat-refund-approve-negative"), style: "danger" }, "negative", id)
      : act({ text: t.plain("chat-refund-approve"), style: "success" }, "approve", id);
  // One red button at a time.
  const refuse = act(
    { text: t.plain("chat-refund-refuse"), ...(spent !== "spent" && { style: "danger" }) },
    "refuse",
    id,
  );
  return {
    html: await refundText(deps, view.tx, { card: shown, t }),
    buttons: [
      ...(refund.state === "requested" ? [spent === "forbidden" ? [refuse] : [approve, refuse]] : []),
      [openUser(t.plain("chat-admin-button-user"), refund.userId)],
    ],
  };
}

function decide(deps: ChatDeps, verdict: RefundVerdict): AdminAction {
  return async (scene, [id = ""]) => {
    const { t, tx, user, answer } = scene;
    const decided = await decideRefund(deps, tx, { user, verdict, id: longId(id) });
    if (decided.ok) return await screen(deps, scene, { refund: decided.refund, actor: user.firstName });
    if (decided.reason !== "not-open")
      return await screen(deps, scene, { refund: decided.refund, spent: decided.reason });
    // What a first press has put here, with who decided, stays.
    answer(t.plain("chat-refund-not-open"), { alert: true });
    return undefined;
  };
}
