import { z } from "zod";

/** Stored as decimal text: JSON has no such numbers. */
const amount = z
  .union([z.bigint(), z.int(), z.string().regex(/^\d+$/, "expected a whole number")])
  .transform(BigInt)
  .refine((value) => value >= 0n, "expected at least 0");

const duration = z.strictObject({
  seconds: z.int().min(1).max(60),
  /** Thousandths of a credit. */
  price: amount,
  /** What it costs us, in millionths of a US dollar. */
  costUsdMicros: amount,
});

const side = z
  .int()
  .min(16)
  .max(4096)
  .refine((value) => value % 2 === 0, "expected an even number of pixels");

const resolution = z.strictObject({
  width: side,
  height: side,
  aspectRatio: z.string().regex(/^\d+:\d+$/, "expected a ratio such as 9:16"),
  /** Of the price and the cost that stand with the duration. */
  percent: z.int().min(1).max(10_000).default(100),
});

const model = z.strictObject({
  /** What people type after `/setmodel`. */
  id: z.string().regex(/^[a-z0-9][a-z0-9.-]{0,31}$/, "expected at most 32 characters of a-z 0-9 . -"),
  label: z.string().min(1).max(40),
  provider: z.string().min(1),
  /** The provider's own name of it. */
  providerModel: z.string().min(1),
  /** Sent along with each video, by the provider's own names; for the providers of the AI SDK. */
  options: z.record(z.string(), z.union([z.string(), z.number(), z.boolean()])).optional(),
  enabled: z.boolean(),
  promptMaxLength: z.int().min(1).max(5000),
  image: z.enum(["none", "optional", "required"]),
  /** The first is the default. */
  durations: z.array(duration).min(1),
  resolutions: z.array(resolution).min(1),
  /** How long making a video takes, until enough have been measured. */
  usualSeconds: z.int().min(1).max(3600).default(120),
  /** Other models that make the same: whichever is well and costs us least does the work, the first of equals. */
  standIns: z.array(z.string()).default([]),
  /** The model (this one or a stand-in) that goes before cheaper ones while it is well. */
  pinned: z.string().optional(),
  /** False: nobody chooses it; it only stands in for others. */
  listed: z.boolean().default(true),
});

/** The models on offer: plain data, edited in the console. */
export const catalogueSchema = z.array(model).superRefine((models, context) => {
  const complain = (message: string): void => {
    context.addIssue({ code: "custom", message });
  };
  for (const id of repeated(models.map((entry) => entry.id))) complain(`two models are named ${id}`);
  const ids = new Set(models.map((entry) => entry.id));
  for (const { id, durations, resolutions, standIns, pinned } of models) {
    for (const seconds of repeated(durations.map((entry) => entry.seconds))) {
      complain(`${id} has two prices for ${seconds} seconds`);
    }
    for (const size of repeated(resolutions.map((entry) => formatResolution(entry))))
      complain(`${id} has ${size} twice`);
    for (const other of standIns) {
      if (!ids.has(other) || other === id) complain(`${id} has the stand-in ${other}, which is no other model`);
    }
    if (pinned !== undefined && pinned !== id && !standIns.includes(pinned)) {
      complain(`${id} has ${pinned} pinned, which is neither itself nor a stand-in`);
    }
  }
});

export type VideoModel = z.output<typeof model>;
export type Catalogue = z.output<typeof catalogueSchema>;

export interface Resolution {
  readonly width: number;
  readonly height: number;
}

/** What a person chose for one video. */
export interface Choice {
  readonly seconds: number;
  readonly resolution: Resolution;
  readonly hasImage: boolean;
  readonly promptLength: number;
}

export type ChoiceVerdict =
  | { readonly ok: true; readonly price: bigint; readonly costUsdMicros: bigint; readonly aspectRatio: string }
  | {
      readonly ok: false;
      readonly reason:
        | "model_disabled"
        | "duration_not_offered"
        | "resolution_not_offered"
        | "image_required"
        | "image_not_taken"
        | "prompt_empty"
        | "prompt_too_long";
    };

export function findModel(catalogue: Catalogue, id: string): VideoModel | undefined {
  return catalogue.find((entry) => entry.id === id);
}

/** Whether the model can do it, and then what it costs: price in thousandths of a credit, rounded up. */
export function checkChoice(of: VideoModel, { seconds, resolution, hasImage, promptLength }: Choice): ChoiceVerdict {
  if (!of.enabled) return { ok: false, reason: "model_disabled" };
  if (of.image === "required" && !hasImage) return { ok: false, reason: "image_required" };
  if (of.image === "none" && hasImage) return { ok: false, reason: "image_not_taken" };
  // A picture can speak for itself.
  if (promptLength === 0 && !hasImage) return { ok: false, reason: "prompt_empty" };
  if (promptLength > of.promptMaxLength) return { ok: false, reason: "prompt_too_long" };
  const length = of.durations.find((entry) => entry.seconds === seconds);
  if (length === undefined) return { ok: false, reason: "duration_not_offered" };
  const size = of.resolutions.find(({ width, height }) => width === resolution.width && height === resolution.height);
  if (size === undefined) return { ok: false, reason: "resolution_not_offered" };
  const percent = BigInt(size.percent);
  return {
    ok: true,
    price: percentOf(length.price, percent),
    costUsdMicros: percentOf(length.costUsdMicros, percent),
    aspectRatio: size.aspectRatio,
  };
}

/** What the shortest and smallest video of the model costs, in thousandths of a credit. */
export function cheapestPrice({ durations, resolutions }: VideoModel): bigint {
  const prices = durations.flatMap(({ price }) => resolutions.map(({ percent }) => percentOf(price, BigInt(percent))));
  return prices.reduce((least, price) => (price < least ? price : least));
}

/** `480x848`; undefined when it is not of that form. */
export function parseResolution(text: string): Resolution | undefined {
  const [, width, height] = /^(\d{2,4})\s*[x×*]\s*(\d{2,4})$/iu.exec(text.trim()) ?? [];
  return width === undefined || height === undefined ? undefined : { width: Number(width), height: Number(height) };
}

export function formatResolution({ width, height }: Resolution): string {
  return `${width}x${height}`;
}

function percentOf(value: bigint, percent: bigint): bigint {
  return (value * percent + 99n) / 100n;
}

function repeated<T>(values: readonly T[]): readonly T[] {
  return values.filter((value, i) => values.indexOf(value) !== i);
}
