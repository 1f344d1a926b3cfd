import type { Readable } from "node:stream";

import type { Db, Tx } from "../db/index.ts";
import type { ByteRange, SizedStream } from "./file-storage.ts";

export interface MediaFile {
  readonly id: string;
  readonly contentType: string;
  readonly fileName: string;
  readonly bytes: number;
  /** Set after the first upload: sending it again costs nothing. */
  readonly telegramFileId: string | undefined;
  /** The bytes are gone (removed on purpose); `telegramFileId` may still serve. */
  readonly erased: boolean;
}

export interface NewMedia {
  readonly contentType: string;
  readonly fileName: string;
  readonly body: Buffer | SizedStream;
  /** The sweep removes it after this. */
  readonly expiresAt?: Date;
  /** More than this is refused with `media.too_large`. */
  readonly maxBytes: number;
}

/** Files that pass through: from a person to a provider, from a provider to a chat. */
export interface MediaStore {
  /** Stores the bytes outside any transaction. What no transaction `keep`s within an hour is swept. */
  readonly put: (media: NewMedia) => Promise<MediaFile>;
  /**
   * Makes the file part of the caller's business change. Idempotent.
   * @throws AppError `media.gone` when it was erased or swept.
   */
  readonly keep: (tx: Tx, id: string) => Promise<void>;
  readonly find: (db: Db, id: string) => Promise<MediaFile | undefined>;
  /** Those that there are, in no order, by one statement. */
  readonly findAll: (db: Db, ids: readonly string[]) => Promise<readonly MediaFile[]>;
  /** The bytes, or a part of them; undefined when they are gone. @throws when the storage is out of reach. */
  readonly open: (id: string, range?: ByteRange) => Promise<Readable | undefined>;
  readonly rememberFileId: (tx: Tx, id: string, telegramFileId: string) => Promise<void>;
  /** Forgets the bytes when the transaction commits (a sweep finishes what a crash interrupts). Idempotent. */
  readonly erase: (tx: Tx, id: string) => Promise<void>;
  /** The `/media/{signed}` path (after the public URL): unguessable, good until `expiresAt`. */
  readonly signedPath: (id: string, expiresAt: Date) => string;
  /** The id a signed path stands for; undefined when forged or too old. */
  readonly verifySigned: (signed: string) => string | undefined;
}
