import type { AdminPage, AdminSection, AdminView, Kernel } from "#kernel/feature.ts";
import type { Job } from "#kernel/jobs/index.ts";
import { Html } from "#kernel/lib/html.ts";

import { type Accounted, readAccounted } from "../../accounted.ts";
import { moneyWords } from "../../money-words.ts";
import { moneyLines } from "./money-lines.ts";
import type { MoneyChart } from "./send-money-chart.ts";

export interface MoneySectionDeps extends Pick<Kernel, "settings" | "jobs"> {
  readonly sendMoneyChart: Job<MoneyChart>;
}

const periods = [7, 30] as const;

/** What came in, what it cost and what is left, by day and by model. */
export function moneySection(deps: MoneySectionDeps): AdminSection {
  return {
    id: "money",
    label: "studio-admin-money",
    glance: async (view) => {
      const today = await account(deps, view, 1);
      const words = moneyWords(today, { t: view.t, usdPerCredit: today.usdPerCredit });
      return view.t("studio-admin-money-glance", { stars: today.received, ...words });
    },
    pages: { main: mainPage(deps) },
    actions: {
      chart: async ({ tx, t, user, chat, now, answer }, [days]) => {
        await deps.jobs.enqueue(
          tx,
          deps.sendMoneyChart,
          {
            chatId: chat.id,
            language: user.language,
            timeZone: user.timeZone,
            days: periodOf(days),
            askedAt: now.toISOString(),
            ...(chat.threadId !== undefined && { threadId: chat.threadId }),
          },
          // Presses while one is drawn are the same wish.
          { dedupeKey: `${chat.id}:${user.id}:${periodOf(days)}` },
        );
        answer(t.plain("studio-admin-drawing"));
        return undefined;
      },
    },
  };
}

function mainPage(deps: MoneySectionDeps): AdminPage {
  return async (view, [wanted]) => {
    const { t, open, act } = view;
    const days = periodOf(wanted);
    const accounted = await account(deps, view, days);
    return {
      html: Html.join([t("studio-admin-money-title", { days }), ...moneyLines(accounted, t)]),
      buttons: [
        periods.map((each) =>
          open(`${each === days ? "● " : ""}${t.plain("studio-admin-money-days", { days: each })}`, "main", each),
        ),
        [act({ text: t.plain("studio-admin-button-chart"), style: "primary" }, "chart", days)],
      ],
    };
  };
}

function periodOf(days: string | undefined): (typeof periods)[number] {
  return periods.find((each) => String(each) === days) ?? 7;
}

async function account({ settings }: MoneySectionDeps, view: AdminView, days: number): Promise<Accounted> {
  return await readAccounted({ settings, db: view.tx }, { now: view.now, days, timeZone: view.user.timeZone });
}
