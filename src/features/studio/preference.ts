import { sql } from "kysely";

import type { Db, Tx } from "#kernel/db/index.ts";
import {
  type Catalogue,
  checkChoice,
  findModel,
  type Resolution,
  type VideoModel,
} from "#providers/video/catalogue.ts";

/** What the next video of a person will be made with. */
export interface Preference {
  readonly model: VideoModel;
  readonly durationSeconds: number;
  readonly resolution: Resolution;
}

interface PreferenceRow {
  readonly model: string | null;
  readonly duration_seconds: number | null;
  readonly width: number | null;
  readonly height: number | null;
}

/**
 * The person's choices where the model still offers them, its first ones otherwise; undefined when no model is on offer.
 * @param modelId this model and no other, with as many of the person's other choices as it offers; undefined when it is
 * not on offer (any more).
 */
export async function readPreference(
  db: Db,
  {
    catalogue,
    userId,
    modelId,
  }: { readonly catalogue: Catalogue; readonly userId: number; readonly modelId?: string | undefined },
): Promise<Preference | undefined> {
  const { rows } = await sql<PreferenceRow>`
    select model, duration_seconds, width, height from studio.preference where user_id = ${userId}`.execute(db);
  const [row] = rows;
  const onOffer = catalogue.filter(({ enabled }) => enabled);
  const model =
    modelId === undefined ? (findModel(onOffer, row?.model ?? "") ?? onOffer[0]) : findModel(onOffer, modelId);
  if (model === undefined) return undefined;
  const [firstDuration] = model.durations;
  const [firstResolution] = model.resolutions;
  if (firstDuration === undefined || firstResolution === undefined) return undefined;
  const duration = model.durations.find(({ seconds }) => seconds === row?.duration_seconds) ?? firstDuration;
  const { width, height } =
    model.resolutions.find((offered) => offered.width === row?.width && offered.height === row.height) ??
    firstResolution;
  return { model, durationSeconds: duration.seconds, resolution: { width, height } };
}

/** Whether the person wants his words improved without asking each time. */
export async function wantsBetterWords(db: Db, userId: number): Promise<boolean> {
  const { rows } = await sql`select from studio.preference where user_id = ${userId} and improves_words`.execute(db);
  return rows.length > 0;
}

/** @returns how it is now. */
export async function toggleBetterWords(tx: Tx, userId: number): Promise<boolean> {
  const { rows } = await sql<{ wanted: boolean }>`
    insert into studio.preference as kept (user_id, improves_words) values (${userId}, true)
    on conflict (user_id) do update set improves_words = not kept.improves_words
    returning improves_words as wanted`.execute(tx);
  return rows[0]?.wanted === true;
}

/** What a video made with these choices costs, in thousandths of a credit. */
export function priceOf({ model, durationSeconds, resolution }: Preference): bigint {
  const hasImage = model.image === "required";
  const choice = checkChoice(model, { seconds: durationSeconds, resolution, hasImage, promptLength: 1 });
  if (!choice.ok) throw new Error(`a preference that is not on offer: ${choice.reason}`);
  return choice.price;
}

export interface PreferenceChange {
  readonly modelId?: string;
  readonly durationSeconds?: number;
  readonly resolution?: Resolution;
}

/** Stores what is given and leaves the rest as it is. The caller has checked that it is on offer. */
export async function savePreference(tx: Tx, userId: number, change: PreferenceChange): Promise<void> {
  await sql`
    insert into studio.preference as kept (user_id, model, duration_seconds, width, height)
    values (${userId}, ${change.modelId ?? null}, ${change.durationSeconds ?? null},
      ${change.resolution?.width ?? null}, ${change.resolution?.height ?? null})
    on conflict (user_id) do update set
      model = coalesce(excluded.model, kept.model),
      duration_seconds = coalesce(excluded.duration_seconds, kept.duration_seconds),
      width = coalesce(excluded.width, kept.width),
      height = coalesce(excluded.height, kept.height)`.execute(tx);
}

/** Back to the first model and its first choices. */
export async function resetPreference(tx: Tx, userId: number): Promise<void> {
  await sql`delete from studio.preference where user_id = ${userId}`.execute(tx);
}
