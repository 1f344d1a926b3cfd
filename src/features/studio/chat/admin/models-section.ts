import type { AdminPage, AdminSection, AdminView } from "#kernel/feature.ts";
import { Html } from "#kernel/lib/html.ts";
import { type Catalogue, catalogueSchema } from "#providers/video/catalogue.ts";

import { differences } from "../../edit-model.ts";
import { billingSettings, modelSettings } from "../../settings.ts";
import { modelChanges } from "./model-changes.ts";
import {
  differenceLine,
  goneScreen,
  lengthWords,
  modelCode,
  modelNamed,
  modelScreen,
  type ModelsSectionDeps,
  stateOf,
} from "./model-screen.ts";

const signs = { on: "🟢", off: "⚪️", unplugged: "🔌" } as const;
const historyLength = 6;

/** What is on offer: on or off, for how much, and what of it is left. Everything changed here is confirmed first. */
export function modelsSection(deps: ModelsSectionDeps): AdminSection {
  return {
    id: "model",
    label: "studio-admin-models",
    pages: {
      main: listPage(deps),
      show: async (view, [code]) => {
        const model = await modelNamed(deps, code);
        return model === undefined ? goneScreen(view) : await modelScreen(deps, view, model);
      },
      switch: confirmSwitch(deps),
      history: historyPage(deps),
    },
    ...modelChanges(deps),
  };
}

function listPage({ settings, ...deps }: ModelsSectionDeps): AdminPage {
  return async (view) => {
    const { t, open } = view;
    const { models } = await settings.read(modelSettings);
    const { usdPerCredit } = await settings.read(billingSettings);
    const rows = models.map((model) => {
      const sign = signs[stateOf(deps, model)];
      const [first = { price: 0n, costUsdMicros: 0n }] = model.durations;
      const words = { sign, name: model.label, ...lengthWords(first, { t, usdPerCredit }) };
      return [open(t.plain("studio-admin-model-line", words), "show", modelCode(model))];
    });
    return {
      html: Html.join([t("studio-admin-models-title"), t("studio-admin-models-signs", signs)]),
      buttons: [...rows, [open(t.plain("studio-admin-button-history"), "history")]],
    };
  };
}

function confirmSwitch(deps: ModelsSectionDeps): AdminPage {
  return async (view, [code]) => {
    const { t, act } = view;
    const model = await modelNamed(deps, code);
    if (model === undefined) return goneScreen(view);
    const [value, style] = model.enabled ? (["off", "danger"] as const) : (["on", "success"] as const);
    const text = t.plain(`studio-admin-button-${value}`);
    return {
      html: t(`studio-admin-sure-${value}`, { name: model.label }),
      buttons: [[act({ text, style }, "enabled", modelCode(model), value)]],
      back: ["show", modelCode(model)],
    };
  };
}

/** Who changed what on offer, newest first: in the chat or elsewhere. */
function historyPage({ settings, accounts }: ModelsSectionDeps): AdminPage {
  return async (view) => {
    const { t, tx, user } = view;
    const date = new Intl.DateTimeFormat(t.language, {
      dateStyle: "short",
      timeStyle: "short",
      timeZone: user.timeZone,
    });
    const entries: Html[] = [];
    for (const { at, by, before, after } of await settings.history(tx, modelSettings.key, historyLength)) {
      const changes = differences(modelsIn(before), modelsIn(after));
      const head = t("studio-admin-history-head", { at: date.format(at), by: await nameOf(accounts, tx, by) });
      entries.push(Html.join([head, ...changes.map((each) => differenceLine(view, each))]));
    }
    if (entries.length === 0) entries.push(t("studio-admin-history-none"));
    return { html: Html.join([t("studio-admin-history-title"), ...entries], "\n\n") };
  };
}

/** Nothing where an older version has stored what this one cannot read. */
function modelsIn(stored: unknown): Catalogue {
  const { models } = stored as { readonly models?: unknown };
  const parsed = catalogueSchema.safeParse(models);
  return parsed.success ? parsed.data : [];
}

async function nameOf(accounts: ModelsSectionDeps["accounts"], tx: AdminView["tx"], by: string): Promise<string> {
  const id = /^user:(\d{1,15})$/.exec(by)?.[1];
  const person = id === undefined ? undefined : await accounts.userById(tx, Number(id));
  return person?.firstName ?? by;
}
