import type { FileKind, StoredFile } from "../world/file-store.ts";
import { isUpload } from "../world/upload.ts";
import type { Upload } from "../world/upload.ts";
import type { World } from "../world/world.ts";
import { badRequest } from "./bot-api-error.ts";

const megabyte = 1024 * 1024;
const largestByUrl = 20 * megabyte;
const urlTimeoutMs = 10_000;

export type GivenFile = Upload | string;

/** What a file parameter holds: new bytes, or a file that the bot has used before. */
export type ResolvedFile = { readonly upload: Upload } | { readonly stored: StoredFile };

/** Resolves an upload, a `file_id` or an HTTP URL. `kind` is what the method sends. */
export async function resolveFile(world: World, given: GivenFile, kind: FileKind): Promise<ResolvedFile> {
  if (isUpload(given)) {
    if (given.bytes.length === 0) throw badRequest("file must be non-empty");
    return { upload: given };
  }
  const stored = world.files.find(given);
  if (stored !== undefined) return { stored: requireKind(stored, kind) };
  if (/^https?:\/\//.test(given)) return { upload: await download(given) };
  throw badRequest("wrong file identifier/HTTP URL specified");
}

function requireKind(stored: StoredFile, kind: FileKind): StoredFile {
  // Telegram sends anything again as a document, and a video without sound is an animation.
  const isFine = stored.kind === kind || kind === "document" || (kind === "video" && stored.kind === "animation");
  if (isFine) return stored;
  throw badRequest(`can't use file of type ${typeNames[stored.kind]} as ${typeNames[kind]}`);
}

const typeNames: Readonly<Record<FileKind, string>> = {
  photo: "Photo",
  video: "Video",
  animation: "Animation",
  document: "Document",
  audio: "Audio",
  voice: "VoiceNote",
  video_note: "VideoNote",
  sticker: "Sticker",
  thumbnail: "Thumbnail",
};

async function download(url: string): Promise<Upload> {
  const response = await fetch(url, { signal: AbortSignal.timeout(urlTimeoutMs) }).catch(() => undefined);
  if (response?.ok !== true) throw badRequest("failed to get HTTP URL content");
  if (Number(response.headers.get("content-length") ?? 0) > largestByUrl) throw badRequest("file is too big");
  const bytes = Buffer.from(await response.arrayBuffer());
  if (bytes.length > largestByUrl) throw badRequest("file is too big");
  const mimeType = response.headers.get("content-type")?.split(";")[0] ?? "application/octet-stream";
  if (mimeType === "text/html") throw badRequest("wrong type of the web page content");
  return { fileName: new URL(url).pathname.split("/").at(-1) ?? "file", mimeType, bytes };
}
