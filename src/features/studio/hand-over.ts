import { sql } from "kysely";

import type { Tx } from "#kernel/db/index.ts";
import type { Kernel } from "#kernel/feature.ts";

import type { AlertAdmins } from "./alert-admins.ts";
import { resultSettings } from "./settings.ts";

const megabyte = 1024 * 1024;

/** Why a video cannot be handed over. Each is for the operators to change. */
export type TooLarge =
  /** More than `studio.results` allows. */
  | "over_limit"
  /** Telegram does not take it, and without PUBLIC_URL nobody can fetch it from here. */
  | "no_public_url"
  /** All that waits behind links takes as much as it may. */
  | "links_full";

export interface HandOver {
  /** What Telegram takes from us by upload. */
  readonly uploadable: number;
  /** What is worth fetching: more could not be handed over. */
  readonly fetchable: number;
  /** Why more than that could not. */
  readonly limit: TooLarge;
}

type HandOverDeps = Pick<Kernel, "settings" | "config">;

/** How large a video may be and how it gets to its chat: by upload, above that by a link. */
export async function handOver({ settings, config }: HandOverDeps): Promise<HandOver> {
  const uploadable = (config.TELEGRAM_API_LOCAL ? 2000 : 50) * megabyte;
  const longest = (await settings.read(resultSettings)).longestMegabytes * megabyte;
  return config.PUBLIC_URL === undefined && longest > uploadable
    ? { uploadable, fetchable: uploadable, limit: "no_public_url" }
    : { uploadable, fetchable: longest, limit: "over_limit" };
}

/**
 * Until when a video of so many bytes may wait behind a link; undefined when there is no room for it. Not locked: videos
 * that arrive in the same moment may exceed the limit by themselves.
 */
export async function linkFor(
  { db, settings, clock }: Pick<Kernel, "db" | "settings" | "clock">,
  bytes: number,
): Promise<Date | undefined> {
  const { linkHours, linkedMegabytes } = await settings.read(resultSettings);
  const { rows } = await sql<{ bytes: number }>`
    select coalesce(sum(link_bytes), 0)::bigint as bytes from studio.job where link_until > ${clock.now()}`.execute(db);
  if ((rows[0]?.bytes ?? 0) + bytes > linkedMegabytes * megabyte) return undefined;
  return new Date(clock.now().getTime() + linkHours * 3_600_000);
}

/** Tells the admins what keeps large videos from people, once a day and reason. */
export async function tellTooLarge(
  { alertAdmins, clock }: Pick<Kernel, "clock"> & { readonly alertAdmins: AlertAdmins },
  tx: Tx,
  { why, model }: { readonly why: TooLarge; readonly model: string },
): Promise<void> {
  await alertAdmins(tx, {
    key: `studio.too-large:${why}:${clock.now().toISOString().slice(0, 10)}`,
    text: (t) => t(`studio-alert-large-${why}`, { model }),
  });
}
