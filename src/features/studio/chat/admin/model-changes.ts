import type { AdminAction, AdminAnswer, AdminScene, AdminScreen, AdminSection, Kernel } from "#kernel/feature.ts";
import { Html } from "#kernel/lib/html.ts";
import { parseCredits } from "#kernel/lib/money.ts";

import { differences, editModel, type ModelDifference, type ModelEdit } from "../../edit-model.ts";
import { billingSettings, modelSettings } from "../../settings.ts";
import { differenceLine, goneScreen, modelNamed, modelScreen, type ModelsSectionDeps } from "./model-screen.ts";

/** Switching a model on or off, its prices: asked for, looked at, confirmed, stored with their history. */
export function modelChanges(deps: ModelsSectionDeps): Required<Pick<AdminSection, "actions" | "answers">> {
  return {
    actions: {
      enabled: async (scene, [code, value]) =>
        await change(deps, scene, { code, edit: { kind: "enabled", enabled: value === "on" } }),
      price: ask(deps, { answer: "price", placeholder: "1.5" }),
      setprice: async (scene, [code, seconds, price]) =>
        await change(deps, scene, { code, edit: priceEdit(seconds, price) }),
      margin: ask(deps, { answer: "margin", placeholder: "60%" }),
      setmargin: async (scene, [code, percent]) =>
        await change(deps, scene, { code, edit: await marginEdit(deps, percent) }),
    },
    answers: {
      price: async (scene, { text = "" }, { code, seconds }) => {
        const price = String(parseCredits(text) ?? "");
        const edit = priceEdit(String(seconds), price);
        return await propose(deps, scene, { what: "price", edit, args: [String(code), String(seconds), price] });
      },
      margin: async (scene, { text = "" }, { code }) => {
        const percent = text.trim().replace(/\s*%$/, "");
        const edit = await marginEdit(deps, percent);
        return await propose(deps, scene, { what: "margin", edit, args: [String(code), percent] });
      },
    } satisfies Readonly<Record<string, AdminAnswer>>,
  };
}

function ask(
  deps: ModelsSectionDeps,
  { answer, placeholder }: { readonly answer: "price" | "margin"; readonly placeholder: string },
): AdminAction {
  return async (scene, [code, seconds = ""]) => {
    const model = await modelNamed(deps, code);
    if (model === undefined) return goneScreen(scene);
    const html = scene.t(`studio-admin-${answer}-ask`, { name: model.label, seconds });
    await scene.ask({ answer, html, placeholder, data: { code, seconds } });
    return undefined;
  };
}

interface Proposal {
  readonly what: "price" | "margin";
  /** Undefined: what was typed is none. */
  readonly edit: ModelEdit | undefined;
  /** Of the button that confirms it; the first names the model. */
  readonly args: readonly [code: string, ...string[]];
}

/** What would change, to be confirmed. */
async function propose(
  deps: ModelsSectionDeps,
  scene: AdminScene,
  { what, edit, args }: Proposal,
): Promise<AdminScreen> {
  const { t, act, close } = scene;
  const back = ["show", args[0]];
  if (edit === undefined) return { html: t(`studio-admin-${what}-wrong`), back };
  const model = await modelNamed(deps, args[0]);
  await close();
  if (model === undefined) return goneScreen(scene);
  const { models } = await deps.settings.read(modelSettings);
  const changes = differences(models, editModel(models, model.id, edit));
  if (changes.length === 0) return { html: t("studio-admin-model-same"), back };
  return {
    html: Html.join([
      t("studio-admin-model-propose", { name: model.label }),
      ...changes.map((each) => differenceLine(scene, each)),
    ]),
    buttons: [[act({ text: t.plain("studio-admin-button-confirm"), style: "success" }, `set${what}`, ...args)]],
    back,
  };
}

/** @param price thousandths of a credit. */
function priceEdit(seconds = "", price = ""): ModelEdit | undefined {
  if (!/^\d{1,3}$/.test(seconds) || !/^\d{1,9}$/.test(price)) return undefined;
  return { kind: "price", seconds: Number(seconds), price: BigInt(price) };
}

async function marginEdit({ settings }: Pick<Kernel, "settings">, percent = ""): Promise<ModelEdit | undefined> {
  const { usdPerCredit } = await settings.read(billingSettings);
  // Nothing to reckon with when a credit brings in nothing.
  if (!/^\d{1,2}$/.test(percent) || usdPerCredit === 0) return undefined;
  return { kind: "margin", percent: Number(percent), usdPerCredit };
}

/** Stores it with its history and in the log. A second press changes nothing more. */
async function change(
  deps: ModelsSectionDeps,
  scene: AdminScene,
  { code, edit }: { readonly code: string | undefined; readonly edit: ModelEdit | undefined },
): Promise<AdminScreen> {
  const { t, tx, user, answer, audit } = scene;
  const model = await modelNamed(deps, code);
  if (model === undefined || edit === undefined) return goneScreen(scene);
  const { before, after } = await deps.settings.revise(tx, modelSettings, {
    by: `user:${user.id}`,
    change: ({ models }) => ({ models: editModel(models, model.id, edit) }),
  });
  const changes = differences(before.models, after.models);
  if (changes.length > 0) {
    await audit({
      action: "studio.model_changed",
      subject: `model:${model.id}`,
      before: fieldsOf(changes, "before"),
      after: fieldsOf(changes, "after"),
    });
  }
  answer(t.plain("studio-admin-changed"));
  return await modelScreen(deps, scene, after.models.find(({ id }) => id === model.id) ?? model);
}

function fieldsOf(changes: readonly ModelDifference[], side: "before" | "after"): Readonly<Record<string, string>> {
  return Object.fromEntries(
    changes.map((each) => [typeof each.what === "number" ? `${each.what} s` : each.what, each[side]]),
  );
}
