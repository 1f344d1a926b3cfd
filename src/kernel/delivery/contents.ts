import { sql } from "kysely";

import type { Db } from "../db/index.ts";
import { type Content, type JsonObject, renderContent, type RenderedCall } from "../telegram/index.ts";
import { contentFromJson } from "./content-json.ts";

/** A content as the sender uses it, the same for all its recipients. */
export interface PreparedContent {
  readonly id: number;
  readonly topic: string;
  readonly content: Content;
  readonly parts: readonly PreparedCall[];
}

export interface PreparedCall extends RenderedCall {
  /** The payload as JSON without its opening brace: the chat is written before it. Undefined while files are missing. */
  readonly tail: string | undefined;
}

/** What is written in the database, as whoever wrote it has it. */
export interface WrittenContent {
  readonly topic: string;
  readonly content: Content;
}

/** Contents that were used last; a broadcast reads its own once. */
export interface Contents {
  readonly get: (id: number) => PreparedContent | undefined;
  /**
   * It was looked for and is no longer there. A delivery that is noted with it says something else by now, or its content
   * was erased: claiming it tells which.
   */
  readonly isGone: (id: number) => boolean;
  /**
   * Written and committed by this process, for one delivery: nobody has to read it, a round trip less for each answer.
   * `handedOver` lets go of it.
   */
  readonly add: (of: Wanted, written: WrittenContent) => void;
  /**
   * Whoever sends them has them. What was added is forgotten now, while it is young: kept among the others, hundreds of
   * answers a second would grow old, and the long garbage collections come that much more often.
   */
  readonly handedOver: (contentIds: readonly number[]) => void;
  /**
   * Reads those that are missing. @returns all that were asked for, unless they are gone: whoever is about to send keeps
   * these, because `get` may have forgotten them a moment later.
   */
  readonly load: (of: readonly Wanted[]) => Promise<ReadonlyMap<number, PreparedContent>>;
}

interface Wanted {
  readonly contentId: number;
  readonly lane: number;
}

const mostKept = 2048;
/** Left free in the first text, so that a mark of a possible repeat still fits. */
const reserve = 64;

export interface ContentsDeps {
  readonly db: Db;
  /** Lanes whose messages may be sent a second time with a mark. */
  readonly marksRepeat: (lane: number) => boolean;
}

export function createContents({ db, marksRepeat }: ContentsDeps): Contents {
  const kept = new Map<number, PreparedContent | "gone">();
  const added = new Set<number>();
  const keep = (id: number, content: PreparedContent | "gone"): void => {
    kept.set(id, content);
    if (kept.size <= mostKept) return;
    const [oldest] = kept.keys();
    if (oldest === undefined) return;
    kept.delete(oldest);
    added.delete(oldest);
  };
  const prepare = (id: number, lane: number, { topic, content }: WrittenContent): PreparedContent => {
    const parts = renderContent(content, { reserve: marksRepeat(lane) ? reserve : 0 });
    return { id, topic, content, parts: parts.map(prepareCall) };
  };
  const read = async (laneOf: ReadonlyMap<number, number>): Promise<readonly PreparedContent[]> => {
    const { rows } = await sql<{ id: number; topic: string; body: unknown }>`
      select id, topic, body from delivery.content where id = any(${[...laneOf.keys()]})`.execute(db);
    return rows.map(({ id, topic, body }) =>
      prepare(id, laneOf.get(id) ?? 0, { topic, content: contentFromJson(body) }),
    );
  };
  const get = (id: number): PreparedContent | undefined => {
    const content = kept.get(id);
    return content === "gone" ? undefined : content;
  };
  return {
    get,
    isGone: (id) => kept.get(id) === "gone",
    add: ({ contentId, lane }, written) => {
      keep(contentId, prepare(contentId, lane, written));
      added.add(contentId);
    },
    handedOver: (contentIds) => {
      for (const id of contentIds) if (added.delete(id)) kept.delete(id);
    },
    load: async (wanted) => {
      const found = new Map<number, PreparedContent>();
      const missing = new Map<number, number>();
      for (const { contentId, lane } of wanted) {
        const prepared = get(contentId);
        if (prepared === undefined) missing.set(contentId, lane);
        else found.set(contentId, prepared);
      }
      if (missing.size === 0) return found;
      for (const prepared of await read(missing)) {
        keep(prepared.id, prepared);
        found.set(prepared.id, prepared);
        missing.delete(prepared.id);
      }
      for (const id of missing.keys()) keep(id, "gone");
      return found;
    },
  };
}

function prepareCall(call: RenderedCall): PreparedCall {
  return { ...call, tail: call.media.length === 0 ? jsonTail(call.payload) : undefined };
}

export function jsonTail(payload: JsonObject): string {
  return JSON.stringify(payload).slice(1);
}
