import { type RawBuilder, sql } from "kysely";

import type { Db, Tx } from "#kernel/db/index.ts";
import type { Cipher } from "#kernel/lib/cipher.ts";

import type { Failure, JobState } from "./job-state.ts";
import type { OfferReason } from "./offers.ts";

/** A video that was ordered, as its row says. */
export interface VideoJob {
  readonly id: string;
  readonly userId: number;
  readonly chatId: number;
  readonly threadId: number | undefined;
  readonly promptMessageId: number | undefined;
  readonly state: JobState;
  readonly model: string;
  /** The model that makes it instead. */
  readonly standIn: string | undefined;
  /** The stand-in's, if there is one. */
  readonly provider: string;
  readonly durationSeconds: number;
  readonly width: number;
  readonly height: number;
  /** Thousandths of a credit. */
  readonly price: bigint;
  /** What the provider charges, in millionths of a dollar. */
  readonly costUsdMicros: number;
  readonly seed: number;
  /** It was asked for with a picture. */
  readonly withPicture: boolean;
  /** Sealed; undefined once the video is here or the job has ended. */
  readonly prompt: string | undefined;
  /** The picture in Telegram; undefined when the prompt is. */
  readonly imageFileId: string | undefined;
  readonly imageMediaId: string | undefined;
  readonly resultMediaId: string | undefined;
  readonly thumbnailMediaId: string | undefined;
  /** The video is handed over by a link: until then its bytes stay, also after the job's end. */
  readonly linkUntil: Date | undefined;
  readonly providerReference: string | undefined;
  readonly progress: number;
  readonly setbacks: number;
  /** Models that could not be reached since its last pause. */
  readonly triedModels: readonly string[];
  /** Why the model that makes it was chosen; undefined before its first turn. */
  readonly offerReason: OfferReason | undefined;
  /** It waits because everybody who could make it is out. */
  readonly isBlocked: boolean;
  /** Since when it waits to be called back: the answer to its start was lost. */
  readonly unclearAt: Date | undefined;
  /** The provider's own name of it, told by a callback before the start was answered. */
  readonly calledBackAs: string | undefined;
  readonly failure: Failure | undefined;
  readonly cardShows: string;
  readonly cardAt: Date;
  readonly deliveryId: number | undefined;
  readonly orderedAt: Date;
  readonly submittedAt: Date | undefined;
  readonly finishedAt: Date | undefined;
  readonly nextPollAt: Date | undefined;
  readonly deadline: Date;
}

interface JobRow {
  readonly id: string;
  readonly user_id: number;
  readonly chat_id: number;
  readonly thread_id: number | null;
  readonly prompt_message_id: number | null;
  readonly state: JobState;
  readonly model: string;
  readonly stand_in: string | null;
  readonly provider: string;
  readonly duration_seconds: number;
  readonly width: number;
  readonly height: number;
  readonly price: number;
  readonly cost_usd_micros: number;
  readonly seed: number;
  readonly with_picture: boolean;
  readonly prompt: string | null;
  readonly image_file_id: string | null;
  readonly image_media_id: string | null;
  readonly result_media_id: string | null;
  readonly thumbnail_media_id: string | null;
  readonly link_until: Date | null;
  readonly provider_reference: string | null;
  readonly progress: number;
  readonly setbacks: number;
  readonly tried_models: readonly string[];
  readonly offer_reason: OfferReason | null;
  readonly is_blocked: boolean;
  readonly unclear_at: Date | null;
  readonly called_back_as: string | null;
  readonly failure: Failure | null;
  readonly card_shows: string;
  readonly card_at: Date;
  readonly delivery_id: number | null;
  readonly ordered_at: Date;
  readonly submitted_at: Date | null;
  readonly finished_at: Date | null;
  readonly next_poll_at: Date | null;
  readonly deadline: Date;
}

export async function findJob(db: Db, id: string): Promise<VideoJob | undefined> {
  const { rows } = await sql<JobRow>`select * from studio.job where id = ${id}`.execute(db);
  return rows[0] && fromRow(rows[0]);
}

/** By a condition on its columns. */
export async function findJobs(db: Db, condition: RawBuilder<unknown>): Promise<readonly VideoJob[]> {
  const { rows } = await sql<JobRow>`select * from studio.job where ${condition}`.execute(db);
  return rows.map(fromRow);
}

/** Reads the job and keeps others from changing it until the transaction ends. Before any lock of the ledger. */
export async function lockJob(tx: Tx, id: string): Promise<VideoJob | undefined> {
  const { rows } = await sql<JobRow>`select * from studio.job where id = ${id} for update`.execute(tx);
  return rows[0] && fromRow(rows[0]);
}

/** The group's videos go on in the supergroup that it became; messages have other numbers there. */
export async function moveJobs(tx: Tx, from: number, to: number): Promise<void> {
  await sql`
    update studio.job set chat_id = ${to}, thread_id = null, prompt_message_id = null, pressed_message_id = null
    where chat_id = ${from}`.execute(tx);
}

function fromRow(row: JobRow): VideoJob {
  return {
    id: row.id,
    userId: row.user_id,
    chatId: row.chat_id,
    threadId: given(row.thread_id),
    promptMessageId: given(row.prompt_message_id),
    state: row.state,
    model: row.model,
    standIn: given(row.stand_in),
    provider: row.provider,
    durationSeconds: row.duration_seconds,
    width: row.width,
    height: row.height,
    price: BigInt(row.price),
    costUsdMicros: row.cost_usd_micros,
    seed: row.seed,
    withPicture: row.with_picture,
    prompt: given(row.prompt),
    imageFileId: given(row.image_file_id),
    imageMediaId: given(row.image_media_id),
    resultMediaId: given(row.result_media_id),
    thumbnailMediaId: given(row.thumbnail_media_id),
    linkUntil: given(row.link_until),
    providerReference: given(row.provider_reference),
    progress: row.progress,
    setbacks: row.setbacks,
    triedModels: row.tried_models,
    offerReason: given(row.offer_reason),
    isBlocked: row.is_blocked,
    unclearAt: given(row.unclear_at),
    calledBackAs: given(row.called_back_as),
    failure: given(row.failure),
    cardShows: row.card_shows,
    cardAt: row.card_at,
    deliveryId: given(row.delivery_id),
    orderedAt: row.ordered_at,
    submittedAt: given(row.submitted_at),
    finishedAt: given(row.finished_at),
    nextPollAt: given(row.next_poll_at),
    deadline: row.deadline,
  };
}

function given<T>(value: T | null): T | undefined {
  return value ?? undefined;
}

/** Asked for in a group, where others read along. Telegram numbers groups below zero. */
export function isInGroup({ chatId }: Pick<VideoJob, "chatId">): boolean {
  return chatId < 0;
}

/** The hold that pays for the job. */
export function holdReference(jobId: string): string {
  return `studio.job:${jobId}`;
}

/** The words of a job that has not ended. @throws for one that keeps them no longer. */
export function promptOf(cipher: Pick<Cipher, "decrypt">, { id, prompt }: VideoJob): string {
  if (prompt === undefined) throw new Error("the prompt of this job has been erased");
  return cipher.decrypt(prompt, promptContext(id));
}

/** What the sealed prompt is bound to: it cannot be read in another row. */
export function promptContext(jobId: string): string {
  return `studio.job.prompt:${jobId}`;
}
