import type { Readable } from "node:stream";

import type { Db } from "../db/index.ts";
import type { MediaStore } from "../media/index.ts";
import type { MediaSlot } from "../telegram/index.ts";
import type { PreparedContent } from "./contents.ts";

/** A file that has to be sent in full. */
export interface PendingUpload {
  readonly body: Readable;
  readonly fileName: string;
  readonly contentType: string;
}

/**
 * Sees to it that a stored file is uploaded once: whoever sends it first uploads it, the others wait until it has a
 * `file_id`. (Telegram also spaces uploads of equal size, so a hundred at once would only stand in each other's way.)
 */
export interface Uploads {
  /** Looks up what is known of the contents' files. */
  readonly learn: (contents: readonly PreparedContent[]) => Promise<void>;
  /** Whether a delivery of this content may be claimed: its files have names, or nobody uploads them and there is room for it. */
  readonly mayGo: (content: PreparedContent) => boolean;
  /** Reserves the files without a name for one delivery. To be released in every case. */
  readonly reserve: (content: PreparedContent) => void;
  readonly release: (content: PreparedContent) => void;
  readonly fileId: (mediaId: string) => string | undefined;
  readonly named: (mediaId: string, fileId: string) => void;
  /** Telegram does not know these names (any more): to be uploaded again. */
  readonly forget: (mediaIds: readonly string[]) => void;
  /** The bytes; undefined when they are gone. */
  readonly open: (mediaId: string) => Promise<PendingUpload | undefined>;
}

const mostKept = 4096;

export function createUploads({
  db,
  media,
  mostFiles,
}: {
  readonly db: Db;
  readonly media: Pick<MediaStore, "find" | "findAll" | "open">;
  /** With so many under way no other begins: uploads alone must never fill the wire. */
  readonly mostFiles: () => number;
}): Uploads {
  const names = new Map<string, string>();
  const underWay = new Set<string>();
  /** The store's name for these is of no use. */
  const stale = new Set<string>();

  const missing = ({ parts }: PreparedContent): readonly string[] =>
    parts.flatMap((part) => part.media.filter(isFile).map(({ mediaId }) => mediaId)).filter((id) => !names.has(id));
  const named = (mediaId: string, fileId: string): void => {
    if (names.size >= mostKept) names.clear();
    names.set(mediaId, fileId);
    stale.delete(mediaId);
  };

  return {
    learn: async (contents) => {
      const unknown = [...new Set(contents.flatMap(missing))].filter((mediaId) => !stale.has(mediaId));
      if (unknown.length === 0) return;
      for (const { id, telegramFileId } of await media.findAll(db, unknown)) {
        if (telegramFileId !== undefined) named(id, telegramFileId);
      }
    },
    mayGo: (content) => {
      if (content.parts.every(({ media: slots }) => slots.length === 0)) return true;
      const files = missing(content);
      return files.length === 0 || (underWay.size < mostFiles() && !files.some((id) => underWay.has(id)));
    },
    reserve: (content) => {
      for (const id of missing(content)) underWay.add(id);
    },
    release: ({ parts }) => {
      for (const part of parts) for (const { mediaId } of part.media) underWay.delete(mediaId);
    },
    fileId: (mediaId) => names.get(mediaId),
    named,
    forget: (mediaIds) => {
      for (const id of mediaIds) {
        names.delete(id);
        stale.add(id);
      }
    },
    open: async (mediaId) => {
      const file = await media.find(db, mediaId);
      const body = file === undefined || file.erased ? undefined : await media.open(mediaId);
      return file === undefined || body === undefined
        ? undefined
        : { body, fileName: file.fileName, contentType: file.contentType };
    },
  };
}

function isFile({ role }: MediaSlot): boolean {
  return role === "file";
}
