import type { Readable } from "node:stream";

/** A stream and how many bytes it has: who stores it elsewhere has to say so before the first one. */
export interface SizedStream {
  readonly stream: Readable;
  readonly bytes: number;
}

/** Both ends belong to it. */
export interface ByteRange {
  readonly first: number;
  readonly last: number;
}

/** Where bytes lie, by name. Metadata is not its business. Names are `[A-Za-z0-9_-]+`, ours and random. */
export interface FileStorage {
  /**
   * Stores the whole body or nothing. A stream is destroyed in every case.
   * @returns how many bytes it had. @throws AppError `media.too_large`.
   */
  readonly write: (name: string, body: Buffer | SizedStream, maxBytes: number) => Promise<number>;
  /** The bytes, or the part of them that is asked for (it must lie inside); undefined when there is no such file. */
  readonly read: (name: string, range?: ByteRange) => Promise<Readable | undefined>;
  /** Nothing happens when there is no such file. */
  readonly remove: (name: string) => Promise<void>;
  /** Names of everything last written before `time`, unfinished writes included. */
  readonly writtenBefore: (time: Date) => AsyncIterable<string>;
  /** Ends connections, where there are any. */
  readonly close?: () => Promise<void>;
}
