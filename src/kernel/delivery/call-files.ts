import type { MediaSlot, TelegramRefused } from "../telegram/index.ts";
import type { ComposedCall } from "./compose-call.ts";
import type { PendingUpload, Uploads } from "./uploads.ts";

/** Opens what has to be uploaded. */
export async function openFiles(
  uploads: Uploads,
  call: ComposedCall,
): Promise<ReadonlyMap<string, PendingUpload> | "gone"> {
  const files = new Map<string, PendingUpload>();
  const needed = call.media.filter(({ mediaId }) => uploads.fileId(mediaId) === undefined);
  // A thumbnail goes with the file it belongs to, or not at all.
  const uploading = call.media.some(({ role, mediaId }) => role === "file" && uploads.fileId(mediaId) === undefined);
  for (const { mediaId, role } of uploading ? needed : []) {
    const file = await uploads.open(mediaId);
    if (file !== undefined) files.set(attachName(mediaId), file);
    else if (role === "file") {
      for (const opened of files.values()) opened.body.destroy();
      return "gone";
    }
  }
  return files;
}

export function reference(
  uploads: Uploads,
  files: ReadonlyMap<string, PendingUpload>,
  { mediaId, role }: MediaSlot,
): string | undefined {
  if (files.has(attachName(mediaId))) return `attach://${attachName(mediaId)}`;
  return role === "file" ? uploads.fileId(mediaId) : undefined;
}

export function attachName(mediaId: string): string {
  return `file-${mediaId}`;
}

export function isUnknownFile({ description }: TelegramRefused): boolean {
  return /wrong (file identifier|remote file)|invalid file/i.test(description);
}
