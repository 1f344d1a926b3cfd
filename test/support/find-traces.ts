import { readdir, readFile } from "node:fs/promises";
import { join } from "node:path";
import { brotliDecompressSync, gunzipSync, inflateRawSync, inflateSync, zstdDecompressSync } from "node:zlib";

import { sql } from "kysely";

import type { Db } from "#kernel/db/index.ts";

/** Where what a program keeps can lie. */
export interface Places {
  readonly db: Db;
  /** Searched with everything below; names count too. */
  readonly directories: readonly string[];
  /** By name, such as what was logged. */
  readonly texts: Readonly<Record<string, string>>;
}

/** What is looked for. @returns whether it is in these bytes. */
export type Trace = (bytes: Buffer) => boolean;

/** One of these marks, in any of the forms in which bytes are written down: as they are, in hex, in base64. */
export function traceOf(...marks: readonly (string | Buffer)[]): Trace {
  const forms = marks.flatMap((mark) => formsOf(Buffer.from(mark)));
  return (bytes) => forms.some((form) => bytes.includes(form));
}

/** What the program's cipher has sealed, whatever is in it. */
export const sealedTrace: Trace = (bytes) => /\bv1\.[\w-]{16}\.[\w-]{22,}/.test(bytes.toString("latin1"));

function formsOf(mark: Buffer): readonly Buffer[] {
  const hex = mark.toString("hex");
  // Where a group of three bytes begins in the text around it decides what its base64 looks like.
  const base64 = [0, 1, 2].flatMap((skipped) => {
    const groups = mark.subarray(skipped, skipped + Math.floor((mark.length - skipped) / 3) * 3);
    return [groups.toString("base64"), groups.toString("base64url")];
  });
  return [mark, ...[hex, hex.toUpperCase(), ...base64].map((text) => Buffer.from(text))];
}

/** Every table (each row as its text) and every file and text in which the trace was found; compressed files opened. */
export async function findTraces({ db, directories, texts }: Places, trace: Trace): Promise<readonly string[]> {
  const places = Object.entries(texts).flatMap(([name, text]) => (trace(Buffer.from(text)) ? [name] : []));
  for (const table of await tables(db)) {
    const { rows } = await sql<{ row: string }>`select t::text as row from ${sql.id(...table)} as t`.execute(db);
    if (rows.some(({ row }) => trace(Buffer.from(row)))) places.push(table.join("."));
  }
  for (const path of (await Promise.all(directories.map(filesBelow))).flat()) {
    if (trace(Buffer.from(path)) || openings(await bytesOf(path)).some(trace)) places.push(path);
  }
  return places;
}

async function tables(db: Db): Promise<readonly (readonly [string, string])[]> {
  const { rows } = await sql<{ schema: string; name: string }>`
    select schemaname as schema, tablename as name from pg_tables
    where schemaname not in ('pg_catalog', 'information_schema')`.execute(db);
  return rows.map(({ schema, name }) => [schema, name]);
}

/** Everything that is no directory. */
export async function filesBelow(directory: string): Promise<readonly string[]> {
  const entries = await readdir(directory, { recursive: true, withFileTypes: true });
  return entries.filter((entry) => !entry.isDirectory()).map((entry) => join(entry.parentPath, entry.name));
}

async function bytesOf(path: string): Promise<Buffer> {
  // A file that has gone meanwhile holds nothing.
  return await readFile(path).catch(() => Buffer.alloc(0));
}

const decompressions = [gunzipSync, inflateSync, inflateRawSync, brotliDecompressSync, zstdDecompressSync];

/** The bytes, and what they are when they are compressed. */
function openings(bytes: Buffer): readonly Buffer[] {
  return [
    bytes,
    ...decompressions.flatMap((decompress) => {
      try {
        return [decompress(bytes)];
      } catch {
        // Not compressed in this way.
        return [];
      }
    }),
  ];
}
