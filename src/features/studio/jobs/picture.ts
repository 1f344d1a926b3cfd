import { buffer } from "node:stream/consumers";

import { sql } from "kysely";

import { inTransaction } from "#kernel/db/index.ts";
import { AppError } from "#kernel/lib/errors.ts";
import type { RequestImage } from "#providers/video/port.ts";

import type { VideoJob } from "../job.ts";
import type { WorkDeps } from "./job-work.ts";

/** What Telegram lets a bot download. */
const maxBytes = 20 * 1024 * 1024;
const linkLifeMs = 60 * 60_000;

/** Types that every provider takes, by their first bytes: names and declared types come from outside. */
const signatures: readonly (readonly [string, string, (head: Buffer) => boolean])[] = [
  ["image/jpeg", "jpg", (head) => head.subarray(0, 3).equals(Buffer.from([0xff, 0xd8, 0xff]))],
  ["image/png", "png", (head) => head.subarray(0, 8).equals(Buffer.from("\x89PNG\r\n\x1a\n", "latin1"))],
  [
    "image/webp",
    "webp",
    (head) => head.toString("latin1", 0, 4) === "RIFF" && head.toString("latin1", 8, 12) === "WEBP",
  ],
];

/** The job's picture and a signed link to it; "none" when the job has none, "bad" when it is no picture. */
export async function readPicture(deps: WorkDeps, job: VideoJob): Promise<RequestImage | "none" | "bad"> {
  if (job.imageFileId === undefined) return "none";
  const id = job.imageMediaId ?? (await bringPicture(deps, job.id, job.imageFileId));
  if (id === undefined) return "bad";
  const { media, db, clock, publicUrl } = deps;
  const [file, stream] = [await media.find(db, id), await media.open(id)];
  if (file === undefined || stream === undefined) throw new Error("the picture of a job is gone");
  const url = `${publicUrl()}${media.signedPath(id, new Date(clock.now().getTime() + linkLifeMs))}`;
  return { bytes: await buffer(stream), contentType: file.contentType, url };
}

async function bringPicture(
  { files, media, db }: WorkDeps,
  jobId: string,
  fileId: string,
): Promise<string | undefined> {
  const body = await download(files, fileId);
  if (body === undefined) return undefined;
  const kind = signatures.find(([, , matches]) => matches(body));
  if (kind === undefined) return undefined;
  const [contentType, ending] = kind;
  const stored = await media.put({ contentType, fileName: `picture.${ending}`, body, maxBytes });
  const isNamed = await inTransaction(db, async (tx) => {
    const { numAffectedRows } = await sql`
      update studio.job set image_media_id = ${stored.id}
      where id = ${jobId} and finished_at is null and image_media_id is null`.execute(tx);
    // What no job names, nobody would ever erase.
    await (numAffectedRows === 1n ? media.keep(tx, stored.id) : media.erase(tx, stored.id));
    return numAffectedRows === 1n;
  });
  if (!isNamed) throw new Error("the job has ended, or got its picture from another run");
  return stored.id;
}

/** Undefined when Telegram will never hand it out: gone, or too large. */
async function download(files: WorkDeps["files"], fileId: string): Promise<Buffer | undefined> {
  try {
    return (await files.download(fileId, maxBytes)).body;
  } catch (error) {
    if (error instanceof AppError && /^telegram\.file_(?:gone|too_large)$/.test(error.code)) return undefined;
    throw error;
  }
}
