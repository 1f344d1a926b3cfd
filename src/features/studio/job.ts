import { sql } from "kysely";

import type { Db, Tx } from "#kernel/db/index.ts";

import type { Failure, JobState } from "./job-state.ts";

/** A video that was ordered, as its row says. */
export interface VideoJob {
  readonly id: string;
  readonly userId: number;
  readonly chatId: number;
  readonly threadId: number | undefined;
  readonly promptMessageId: number | undefined;
  readonly state: JobState;
  readonly model: string;
  readonly provider: string;
  readonly durationSeconds: number;
  readonly width: number;
  readonly height: number;
  /** Thousandths of a credit. */
  readonly price: bigint;
  readonly costUsdMicros: bigint;
  readonly seed: number;
  /** Sealed; undefined once the job has ended. */
  readonly prompt: string | undefined;
  /** The picture in Telegram; undefined once the job has ended. */
  readonly imageFileId: string | undefined;
  readonly imageMediaId: string | undefined;
  readonly resultMediaId: string | undefined;
  readonly thumbnailMediaId: string | undefined;
  readonly providerReference: string | undefined;
  readonly progress: number;
  readonly setbacks: number;
  readonly failure: Failure | undefined;
  readonly deliveryId: number | undefined;
  readonly telegramFileId: string | undefined;
  readonly orderedAt: Date;
  readonly notBefore: Date;
  readonly submittedAt: Date | undefined;
  readonly finishedAt: Date | undefined;
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
  readonly provider: string;
  readonly duration_seconds: number;
  readonly width: number;
  readonly height: number;
  readonly price: number;
  readonly cost_usd_micros: number;
  readonly seed: number;
  readonly prompt: string | null;
  readonly image_file_id: string | null;
  readonly image_media_id: string | null;
  readonly result_media_id: string | null;
  readonly thumbnail_media_id: string | null;
  readonly provider_reference: string | null;
  readonly progress: number;
  readonly setbacks: number;
  readonly failure: Failure | null;
  readonly delivery_id: number | null;
  readonly telegram_file_id: string | null;
  readonly ordered_at: Date;
  readonly not_before: Date;
  readonly submitted_at: Date | null;
  readonly finished_at: Date | null;
  readonly deadline: Date;
}

export async function findJob(db: Db, id: string): Promise<VideoJob | undefined> {
  const { rows } = await sql<JobRow>`select * from studio.job where id = ${id}`.execute(db);
  return rows[0] && fromRow(rows[0]);
}

/** Reads the job and keeps others from changing it until the transaction ends. Before any lock of the ledger. */
export async function lockJob(tx: Tx, id: string): Promise<VideoJob | undefined> {
  const { rows } = await sql<JobRow>`select * from studio.job where id = ${id} for update`.execute(tx);
  return rows[0] && fromRow(rows[0]);
}

export function fromRow(row: JobRow): VideoJob {
  return {
    id: row.id,
    userId: row.user_id,
    chatId: row.chat_id,
    threadId: row.thread_id ?? undefined,
    promptMessageId: row.prompt_message_id ?? undefined,
    state: row.state,
    model: row.model,
    provider: row.provider,
    durationSeconds: row.duration_seconds,
    width: row.width,
    height: row.height,
    price: BigInt(row.price),
    costUsdMicros: BigInt(row.cost_usd_micros),
    seed: row.seed,
    prompt: row.prompt ?? undefined,
    imageFileId: row.image_file_id ?? undefined,
    imageMediaId: row.image_media_id ?? undefined,
    resultMediaId: row.result_media_id ?? undefined,
    thumbnailMediaId: row.thumbnail_media_id ?? undefined,
    providerReference: row.provider_reference ?? undefined,
    progress: row.progress,
    setbacks: row.setbacks,
    failure: row.failure ?? undefined,
    deliveryId: row.delivery_id ?? undefined,
    telegramFileId: row.telegram_file_id ?? undefined,
    orderedAt: row.ordered_at,
    notBefore: row.not_before,
    submittedAt: row.submitted_at ?? undefined,
    finishedAt: row.finished_at ?? undefined,
    deadline: row.deadline,
  };
}

/** The hold that pays for the job. */
export function holdReference(jobId: string): string {
  return `studio.job:${jobId}`;
}

/** What the sealed prompt is bound to: it cannot be read in another row. */
export function promptContext(jobId: string): string {
  return `studio.job.prompt:${jobId}`;
}
