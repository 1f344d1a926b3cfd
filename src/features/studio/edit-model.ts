import { type Catalogue, findModel, type VideoModel } from "#providers/video/catalogue.ts";

import { worthOf } from "./money-words.ts";

/** What an admin changes of a model that is on offer. */
export type ModelEdit =
  | { readonly kind: "enabled"; readonly enabled: boolean }
  /** Thousandths of a credit for a video of so many seconds. */
  | { readonly kind: "price"; readonly seconds: number; readonly price: bigint }
  /** Every length at the price that leaves so many per cent of it to us. */
  | { readonly kind: "margin"; readonly percent: number; readonly usdPerCredit: number };

/** Prices made from a margin are rounded up to a hundredth of a credit. */
const priceStep = 10n;

/** The catalogue with the model changed; the same one when there is no such model. */
export function editModel(models: Catalogue, id: string, edit: ModelEdit): Catalogue {
  return models.map((model) => (model.id === id ? edited(model, edit) : model));
}

function edited(model: VideoModel, edit: ModelEdit): VideoModel {
  switch (edit.kind) {
    case "enabled":
      return { ...model, enabled: edit.enabled };
    case "price":
      return withPrices(model, ({ seconds, price }) => (seconds === edit.seconds ? edit.price : price));
    case "margin":
      return withPrices(model, ({ price, costUsdMicros }) =>
        // What costs nothing has no margin to reckon with.
        costUsdMicros === 0n ? price : priceFor(Number(costUsdMicros), edit),
      );
  }
}

type Duration = VideoModel["durations"][number];

function withPrices(model: VideoModel, priceOf: (duration: Duration) => bigint): VideoModel {
  return { ...model, durations: model.durations.map((each) => ({ ...each, price: priceOf(each) })) };
}

/** The least price at which `percent` of what comes in is left after `costUsdMicros`. */
function priceFor(
  costUsdMicros: number,
  { percent, usdPerCredit }: { readonly percent: number; readonly usdPerCredit: number },
): bigint {
  const perThousandth = worthOf(1n, usdPerCredit) * (1 - percent / 100);
  const steps = Math.ceil(costUsdMicros / perThousandth / Number(priceStep) - 1e-9);
  return BigInt(steps) * priceStep;
}

/** What has changed between two catalogues, for the log and for people: `veo-3-fast 8s: 4000 → 5000`. */
export interface ModelDifference {
  readonly model: string;
  /** `enabled`, a length in seconds, or that something else differs. */
  readonly what: "enabled" | "added" | "removed" | "other" | number;
  readonly before: string;
  readonly after: string;
}

export function differences(before: Catalogue, after: Catalogue): readonly ModelDifference[] {
  const found: ModelDifference[] = [];
  for (const model of after) {
    const old = findModel(before, model.id);
    if (old === undefined) found.push({ model: model.id, what: "added", before: "", after: "" });
    else found.push(...changesOf(old, model));
  }
  for (const { id } of before) {
    if (findModel(after, id) === undefined) found.push({ model: id, what: "removed", before: "", after: "" });
  }
  return found;
}

function changesOf(before: VideoModel, after: VideoModel): readonly ModelDifference[] {
  const found: ModelDifference[] = [];
  const model = after.id;
  if (before.enabled !== after.enabled) {
    found.push({ model, what: "enabled", before: String(before.enabled), after: String(after.enabled) });
  }
  for (const { seconds, price } of after.durations) {
    const old = before.durations.find((each) => each.seconds === seconds)?.price;
    if (old !== undefined && old !== price) {
      found.push({ model, what: seconds, before: String(old), after: String(price) });
    }
  }
  if (found.length === 0 && text(before) !== text(after)) found.push({ model, what: "other", before: "", after: "" });
  return found;
}

function text(model: VideoModel): string {
  return JSON.stringify(model, (_key, value: unknown) => (typeof value === "bigint" ? String(value) : value));
}
