import { type Catalogue, checkChoice, findModel, type VideoModel } from "#providers/video/catalogue.ts";

import type { VideoJob } from "./job.ts";

export interface StandIn {
  readonly model: string;
  readonly provider: string;
  readonly costUsdMicros: bigint;
}

/** The model that makes the job, stand-ins included; undefined when it is off the list. */
export function workingModel(models: Catalogue, job: VideoJob): VideoModel | undefined {
  return findModel(models, job.standIn ?? job.model);
}

/**
 * The next of the ordered model's stand-ins that could make the same video; undefined when there is none (left). Its
 * price does not matter: the person pays what was agreed.
 */
export function nextStandIn(
  { models, providers }: { readonly models: Catalogue; readonly providers: { readonly has: (id: string) => boolean } },
  job: VideoJob,
  promptLength: number,
): StandIn | undefined {
  const names = findModel(models, job.model)?.standIns ?? [];
  const left = job.standIn === undefined ? names : names.slice(names.indexOf(job.standIn) + 1);
  for (const name of left) {
    const model = findModel(models, name);
    if (model === undefined || !providers.has(model.provider)) continue;
    const choice = checkChoice(model, {
      seconds: job.durationSeconds,
      resolution: job,
      hasImage: job.imageFileId !== undefined,
      promptLength,
    });
    if (choice.ok) return { model: model.id, provider: model.provider, costUsdMicros: choice.costUsdMicros };
  }
  return undefined;
}
