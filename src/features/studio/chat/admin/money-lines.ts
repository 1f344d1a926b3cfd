import { Html } from "#kernel/lib/html.ts";
import type { Translate } from "#kernel/lib/texts.ts";

import type { Accounted, AccountedPart } from "../../accounted.ts";
import { moneyWords } from "../../money-words.ts";

/** So many days and models are listed; the chart shows every day. */
const mostDays = 10;
const mostModels = 5;

/** The accounts in words: sums, the latest days on which something happened, the models that brought the most. */
export function moneyLines(accounted: Accounted, t: Translate): readonly Html[] {
  const days = accounted.byDay.filter((day) => hasMoved(day) || day.received > 0 || day.returned > 0).toReversed();
  const models = accounted.byModel.filter(hasMoved);
  const { usdPerCredit } = accounted;
  const number = new Intl.NumberFormat(t.language);
  // The names are days already, of the reader's own calendar.
  const date = new Intl.DateTimeFormat(t.language, { month: "short", day: "numeric", timeZone: "UTC" });
  return [
    ...moneySums(accounted, t),
    ...(days.length === 0 ? [t("studio-admin-money-nothing")] : [Html.text("")]),
    ...days.slice(0, mostDays).map((day) =>
      t("studio-admin-money-day", {
        day: date.format(new Date(day.name)),
        stars: number.format(day.received - day.returned),
        ...moneyWords(day, { t, usdPerCredit }),
      }),
    ),
    ...(models.length === 0 ? [] : [Html.text(""), t("studio-admin-money-models")]),
    ...models.slice(0, mostModels).map((model) =>
      t("studio-admin-money-model", {
        name: model.name,
        delivered: model.delivered,
        ...moneyWords(model, { t, usdPerCredit }),
      }),
    ),
  ];
}

/** What came in Stars, and what was earned. */
export function moneySums(accounted: Accounted, t: Translate): readonly Html[] {
  const number = new Intl.NumberFormat(t.language);
  return [
    t("studio-admin-money-stars", {
      received: number.format(accounted.received),
      returned: number.format(accounted.returned),
    }),
    t("studio-admin-money-sum", { ...moneyWords(accounted, { t, usdPerCredit: accounted.usdPerCredit }) }),
  ];
}

function hasMoved({ revenue, costUsdMicros }: AccountedPart): boolean {
  return revenue !== 0n || costUsdMicros !== 0;
}
