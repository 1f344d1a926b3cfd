import type { AdminSection, AdminView } from "#kernel/feature.ts";
import { Html } from "#kernel/lib/html.ts";
import type { VideoProvider } from "#providers/video/port.ts";

import type { AskBalances } from "../../ask-balances.ts";
import { formatShare } from "../../money-words.ts";
import { listOutages, type ProviderOutage } from "../../provider-health.ts";
import { type ProviderRecord, readProviderRecords, type StoredBalance } from "../../provider-record.ts";

export interface ProvidersSectionDeps {
  readonly providers: ReadonlyMap<string, VideoProvider>;
  readonly askBalances: AskBalances;
}

/** Who opens the page is shown what was said lately, and asks anew only after that. */
const freshMs = 5 * 60_000;
/** From so many failed of what ended it looks bad, from fewer it was bad luck. */
const leastFailed = 3;

const nothingKnown: ProviderRecord = { ended: 0, failed: 0, lastFailure: undefined, balance: undefined };

/** A provider as the page shows it. */
interface Shown {
  readonly id: string;
  readonly record: ProviderRecord;
  readonly outage: ProviderOutage | undefined;
  /** Whether it can say what is left on our account there. */
  readonly tells: boolean;
}

/** How the services do that make videos, and what is left on our accounts there. */
export function providersSection({ providers, askBalances }: ProvidersSectionDeps): AdminSection {
  const read = async ({ tx, now }: AdminView): Promise<readonly Shown[]> => {
    const records = await readProviderRecords(tx, now);
    const outages = await listOutages(tx);
    return [...providers.values()].map(({ id, balance }) => ({
      id,
      record: records.get(id) ?? nothingKnown,
      outage: outages.find(({ provider }) => provider === id),
      tells: balance !== undefined,
    }));
  };
  return {
    id: "prov",
    label: "studio-admin-providers",
    glance: async (view) => {
      const shown = await read(view);
      const troubled = shown.filter(isTroubled).map(({ id }) => id);
      const words = { count: shown.length, troubled: troubled.length, names: troubled.join(", ") };
      return view.t("studio-admin-providers-glance", words);
    },
    pages: {
      main: async (view) => {
        const { t, now, act, load } = view;
        const shown = await read(view);
        const telling = shown.filter(({ tells }) => tells);
        if (telling.some(({ record }) => !isFresh(record.balance, now))) await load("balances");
        const ask = act({ text: t.plain("studio-admin-button-balances") }, "ask");
        return {
          html: Html.join([t("studio-admin-providers-title"), ...shown.map((each) => linesOf(view, each))], "\n\n"),
          buttons: telling.length === 0 ? [] : [[ask]],
        };
      },
    },
    actions: {
      ask: async ({ t, load, answer }) => {
        await load("balances");
        answer(t.plain("studio-admin-asking"));
        return undefined;
      },
    },
    loads: { balances: askBalances },
  };
}

function isFresh(balance: StoredBalance | undefined, now: Date): boolean {
  return balance !== undefined && now.getTime() - balance.askedAt.getTime() < freshMs;
}

function isTroubled({ outage, record: { ended, failed } }: Shown): boolean {
  return outage !== undefined || (failed >= leastFailed && failed * 2 >= ended);
}

function linesOf(view: AdminView, shown: Shown): Html {
  const { t, user } = view;
  const { id, outage, tells, record } = shown;
  const { ended, failed, lastFailure, balance } = record;
  const time = new Intl.DateTimeFormat(t.language, { timeStyle: "short", timeZone: user.timeZone });
  const lines = [t("studio-admin-provider", { sign: isTroubled(shown) ? "🔴" : failed > 0 ? "🟡" : "🟢", name: id })];
  if (outage !== undefined) {
    const { trouble, since, triedAgainAt } = outage;
    lines.push(
      t("studio-admin-provider-out", {
        trouble: t.plain(`studio-admin-trouble-${trouble}`),
        since: time.format(since),
        again: time.format(triedAgainAt),
      }),
    );
  }
  lines.push(
    ended === 0
      ? t("studio-admin-provider-idle")
      : t("studio-admin-provider-hour", { ended, failed, share: formatShare(failed / ended, t) }),
  );
  if (lastFailure !== undefined) {
    const failure = t.plain(`studio-admin-failure-${lastFailure.failure}`);
    lines.push(t("studio-admin-provider-failure", { time: time.format(lastFailure.at), failure }));
  }
  if (tells) lines.push(balanceLine(view, balance, time));
  return Html.join(lines);
}

function balanceLine({ t }: AdminView, balance: StoredBalance | undefined, time: Intl.DateTimeFormat): Html {
  if (balance === undefined) return t("studio-admin-balance-asking");
  const asked = time.format(balance.askedAt);
  if (balance.amount === undefined) return t("studio-admin-balance-silent", { asked });
  const amount = new Intl.NumberFormat(t.language, { maximumFractionDigits: 2 }).format(balance.amount);
  return t("studio-admin-balance", { amount, unit: balance.unit, asked });
}
