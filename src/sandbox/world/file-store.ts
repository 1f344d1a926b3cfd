import type { Message } from "@grammyjs/types";

import type { Ids } from "#kernel/lib/ids.ts";

/** A file of the sandbox, in memory. `id` stays usable forever, as Telegram's `file_id` does. */
export interface StoredFile {
  readonly id: string;
  readonly uniqueId: string;
  /** As `getFile` tells it, for example `videos/file_12.mp4`. */
  readonly path: string;
  readonly fileName: string;
  readonly mimeType: string;
  readonly bytes: Buffer;
  readonly kind: FileKind;
}

export type FileKind =
  | "photo"
  | "video"
  | "animation"
  | "document"
  | "audio"
  | "voice"
  | "video_note"
  | "sticker"
  | "thumbnail";

/** The fields of a message that a file becomes. */
export type MediaDescription = Partial<Pick<Message, "photo" | "video" | "animation" | "document">>;

export interface FileStore {
  readonly add: (file: { kind: FileKind; fileName: string; mimeType: string; bytes: Buffer }) => StoredFile;
  readonly find: (fileId: string) => StoredFile | undefined;
  readonly findByPath: (path: string) => StoredFile | undefined;
  /** Remembers how Telegram describes the file, so that sending it again by its id describes it the same. */
  readonly describe: (fileId: string, description: MediaDescription) => void;
  readonly description: (fileId: string) => MediaDescription | undefined;
  readonly clear: () => void;
}

export function makeFileStore(ids: Ids): FileStore {
  const byId = new Map<string, StoredFile>();
  const byPath = new Map<string, StoredFile>();
  const descriptions = new Map<string, MediaDescription>();
  let count = 0;
  return {
    add: ({ kind, fileName, mimeType, bytes }) => {
      count += 1;
      const extension = /\.[A-Za-z0-9]{1,8}$/.exec(fileName)?.[0] ?? extensions.get(mimeType) ?? ".bin";
      const file: StoredFile = {
        id: `${idPrefixes[kind]}${ids.token(36)}`,
        uniqueId: `AQAD${ids.token(9)}`,
        path: `${kind}s/file_${count}${extension}`,
        fileName,
        mimeType: mimeType === "application/octet-stream" ? (usualTypes[kind] ?? mimeType) : mimeType,
        bytes,
        kind,
      };
      byId.set(file.id, file);
      byPath.set(file.path, file);
      return file;
    },
    find: (fileId) => byId.get(fileId),
    findByPath: (path) => byPath.get(path),
    describe: (fileId, description) => {
      descriptions.set(fileId, description);
    },
    description: (fileId) => descriptions.get(fileId),
    clear: () => {
      descriptions.clear();
      byId.clear();
      byPath.clear();
    },
  };
}

/** Telegram's own ids begin like this, so that logs look familiar. */
const idPrefixes: Readonly<Record<FileKind, string>> = {
  photo: "AgACAgIAAxkBAAI",
  video: "BAACAgIAAxkBAAI",
  animation: "CgACAgIAAxkBAAI",
  document: "BQACAgIAAxkBAAI",
  audio: "CQACAgIAAxkBAAI",
  voice: "AwACAgIAAxkBAAI",
  video_note: "DQACAgIAAxkBAAI",
  sticker: "CAACAgIAAxkBAAI",
  thumbnail: "AAMCAgADGQEAAgE",
};

/** What a form that names no type most likely holds. */
const usualTypes: Readonly<Partial<Record<FileKind, string>>> = {
  photo: "image/jpeg",
  thumbnail: "image/jpeg",
  video: "video/mp4",
  animation: "video/mp4",
};

const extensions: ReadonlyMap<string, string> = new Map([
  ["image/jpeg", ".jpg"],
  ["image/png", ".png"],
  ["image/webp", ".webp"],
  ["image/gif", ".gif"],
  ["video/mp4", ".mp4"],
  ["audio/mpeg", ".mp3"],
  ["audio/ogg", ".oga"],
]);
