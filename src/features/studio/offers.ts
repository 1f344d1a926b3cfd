import { type Catalogue, checkChoice, findModel, type VideoModel } from "#providers/video/catalogue.ts";

import type { Circuits } from "./circuit-store.ts";
import { admission } from "./circuit.ts";
import { wellCircuit } from "./circuit.ts";
import type { VideoJob } from "./job.ts";

/** A model that can make the job: the ordered one, or one of its stand-ins. */
export interface Offer {
  readonly model: string;
  readonly provider: string;
  readonly costUsdMicros: bigint;
}

/**
 * Why an offer was chosen: there is no other; the operators have pinned it; it costs us least; a better one is out, or
 * could not be reached just now; it is out, and this job tries whether it is back.
 */
export const offerReasons = ["only", "pinned", "cheapest", "failover", "trial"] as const;
export type OfferReason = (typeof offerReasons)[number];

export type OfferChoice =
  | {
      readonly ok: true;
      readonly offer: Offer;
      readonly reason: OfferReason;
      /** Better ones, by model. */
      readonly passedOver: readonly string[];
    }
  /** `out`: everybody who could make it is. `none`: nobody can, whoever is well. */
  | { readonly ok: false; readonly reason: "out" | "none" };

export interface Market {
  readonly models: Catalogue;
  readonly providers: { readonly has: (id: string) => boolean };
  readonly circuits: Circuits;
  readonly now: Date;
}

/** The model that makes the job, stand-ins included; undefined when it is off the list. */
export function workingModel(models: Catalogue, job: VideoJob): VideoModel | undefined {
  return findModel(models, job.standIn ?? job.model);
}

/**
 * Who shall make a job: of those that can and are well the pinned one, else the one that costs us least, the first of
 * equals. Those that this job could not reach since its last pause come last. What the person pays has no part in it.
 */
export function chooseOffer(market: Market, job: VideoJob, promptLength: number): OfferChoice {
  const { circuits, now } = market;
  const possible = possibleOffers(market, job, promptLength);
  if (possible.length === 0) return { ok: false, reason: "none" };
  const admitted = possible.map((offer) => ({
    offer,
    admission: admission(circuits.get(offer.provider) ?? wellCircuit, now),
    wasTried: job.triedModels.includes(offer.model),
  }));
  const open = admitted.filter((each) => each.admission !== "no");
  const chosen = open.find(({ wasTried }) => !wasTried) ?? open[0];
  if (chosen === undefined) return { ok: false, reason: "out" };
  const place = possible.indexOf(chosen.offer);
  const isPinned = findModel(market.models, job.model)?.pinned === chosen.offer.model;
  const reason = ((): OfferReason => {
    if (chosen.admission === "trial") return "trial";
    if (possible.length === 1) return "only";
    if (place > 0) return "failover";
    return isPinned ? "pinned" : "cheapest";
  })();
  return { ok: true, offer: chosen.offer, reason, passedOver: possible.slice(0, place).map(({ model }) => model) };
}

/** Somebody else than who makes it now, well, and not tried yet: the job can go there at once. */
export function hasAnotherOffer(market: Market, job: VideoJob, promptLength: number): boolean {
  const tried = [...job.triedModels, job.standIn ?? job.model];
  const choice = chooseOffer(market, { ...job, triedModels: tried }, promptLength);
  return choice.ok && !tried.includes(choice.offer.model);
}

/** Best first. */
function possibleOffers({ models, providers }: Market, job: VideoJob, promptLength: number): readonly Offer[] {
  const ordered = findModel(models, job.model);
  if (ordered === undefined) return [];
  const choice = {
    seconds: job.durationSeconds,
    resolution: job,
    hasImage: job.imageFileId !== undefined,
    promptLength,
  };
  const offers = [ordered.id, ...ordered.standIns].flatMap((id): readonly Offer[] => {
    const model = findModel(models, id);
    if (model === undefined || !providers.has(model.provider)) return [];
    // What was ordered is made, also when it was switched off since.
    const verdict = checkChoice(id === ordered.id ? { ...model, enabled: true } : model, choice);
    return verdict.ok ? [{ model: id, provider: model.provider, costUsdMicros: verdict.costUsdMicros }] : [];
  });
  const isPinned = ({ model }: Offer): boolean => model === ordered.pinned;
  return offers.toSorted(
    (a, b) => Number(isPinned(b)) - Number(isPinned(a)) || Number(a.costUsdMicros - b.costUsdMicros),
  );
}
