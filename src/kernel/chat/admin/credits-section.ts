import type { AdminPage, AdminSection, AdminView } from "../../feature.ts";
import { rankBalances, readCreditTotals } from "../../ledger/index.ts";
import { Html } from "../../lib/html.ts";
import { formatCredits } from "../../lib/money.ts";
import type { Button } from "../../telegram/index.ts";
import type { ChatDeps } from "../chat-deps.ts";
import { marked } from "../settings-scene.ts";
import { sheetOf, turnButtons } from "./page-turner.ts";
import { userName } from "./user-name.ts";

const accountsPerPage = 8;
const lists = ["balances", "debts"] as const;

/** What everybody's accounts hold together, and who has or owes the most. */
export function creditsSection(deps: ChatDeps): AdminSection {
  return {
    id: "bal",
    label: "chat-admin-credits",
    glance: async (view) => view.t("chat-admin-credits-glance", await totalArgs(view)),
    pages: { main: mainPage(deps) },
  };
}

async function totalArgs({ t, tx }: AdminView): Promise<Readonly<Record<string, string | number>>> {
  const { outstanding, held, owed, debtors } = await readCreditTotals(tx);
  return {
    credits: formatCredits(outstanding, t.language),
    held: formatCredits(held, t.language),
    owed: formatCredits(owed, t.language),
    debtors,
  };
}

function mainPage(deps: ChatDeps): AdminPage {
  return async (view, [wanted, page]) => {
    const { t, tx, open } = view;
    const list = lists.find((each) => each === wanted) ?? "balances";
    const sheet = sheetOf(page, accountsPerPage);
    const ranked = await rankBalances(tx, { of: list, ...sheet });
    const rows: (readonly Button[])[] = [];
    for (const { userId, posted } of ranked.slice(0, accountsPerPage)) {
      const person = await deps.accounts.userById(tx, userId);
      // Who had himself forgotten has left his entries, but nobody to look at.
      if (person === undefined) continue;
      rows.push([view.openUser(`${userName(person)} · ${formatCredits(posted, t.language)}`, userId)]);
    }
    return {
      html: Html.join([
        t("chat-admin-credits-title"),
        t("chat-admin-credits-totals", await totalArgs(view)),
        ...(rows.length === 0 ? [t(`chat-admin-credits-no-${list}`)] : []),
      ]),
      buttons: [
        lists.map((each) => open(marked(t.plain(`chat-admin-credits-${each}`), each === list), "main", each)),
        ...rows,
        ...turnButtons(view, { sheet, found: ranked.length, page: "main", args: [list] }),
      ],
    };
  };
}
