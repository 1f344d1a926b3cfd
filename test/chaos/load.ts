import { sql } from "kysely";

import { machineMs, sleep } from "../../bench/harness/machine-clock.ts";
import { type Note, type Planned, quietChats } from "./plan.ts";
import { apiKey, type Replica, type Rig } from "./rig.ts";

/** A note as whoever submitted it knows it. */
export interface Submission {
  readonly note: Note;
  readonly startedMs: number;
  /** When it was acknowledged; undefined: it never was. */
  readonly acknowledgedMs: number | undefined;
  readonly expiresAtMs: number | undefined;
  readonly batchId: number | undefined;
  /** What a second submission was told, if there was one and it was answered. */
  readonly repeatedBatchId: number | undefined;
  /** A refusal that should not be. */
  readonly refusal: string | undefined;
}

export interface Command {
  readonly personId: number;
  readonly marker: string;
}

/** When the quiet chats are quiet, by the database's clock. */
export interface Quiet {
  readonly chatIds: readonly number[];
  readonly fromMs: number;
  readonly toMs: number;
}

export interface Asked {
  readonly submissions: readonly Submission[];
  readonly commands: readonly Command[];
  readonly quiet: Quiet;
}

const patienceMs = 60_000;
const callTimeoutMs = 5000;
const againMs = 250;

/** Asks for everything at its time. Resolves when each note has been acknowledged, or nobody has taken it for a minute. */
export async function askAll(rig: Rig, planned: readonly Planned[], forMs: number): Promise<Asked> {
  const quiet = await keepQuiet(rig, forMs);
  const began = machineMs();
  const commands: Command[] = [];
  const pending: Promise<Submission>[] = [];
  for (const { afterMs, request } of planned) {
    await sleep(Math.max(0, began + afterMs - machineMs()));
    if (request.kind === "notify") {
      pending.push(submit(rig, request.note, pending.length));
    } else if (request.kind === "command") {
      commands.push(request);
      await rig.telegram.call("say", request.personId, `/${request.marker}`);
    } else {
      await rig.telegram.call("buy", request.purchase);
    }
  }
  return { submissions: await Promise.all(pending), commands, quiet };
}

/** A night of some seconds in the middle of the run. */
async function keepQuiet({ database }: Rig, forMs: number): Promise<Quiet> {
  const { rows } = await sql<{ from_ms: number; to_ms: number }>`
    with night as (
      select date_trunc('second', now() + ${forMs * 0.25} * interval '1 ms') as from_at,
        date_trunc('second', now() + ${forMs * 0.75} * interval '1 ms') as to_at
    ), chats as (
      insert into account.chat (id, type, title)
      select id, 'private', 'quiet' from unnest(${quietChats}::bigint[]) as id returning id
    ), hours as (
      insert into delivery.quiet_hours (chat_id, from_time, to_time, time_zone)
      select chats.id, (from_at at time zone 'UTC')::time, (to_at at time zone 'UTC')::time, 'UTC' from chats, night
    )
    select extract(epoch from from_at)::float8 * 1000 as from_ms, extract(epoch from to_at)::float8 * 1000 as to_ms
    from night`.execute(database.db);
  const [night] = rows;
  if (night === undefined) throw new Error("there is no night");
  return { chatIds: quietChats, fromMs: night.from_ms, toMs: night.to_ms };
}

/** Submits it to one replica after the other, under the same key, until one acknowledges it. */
async function submit({ replicas }: Rig, note: Note, first: number): Promise<Submission> {
  const startedMs = machineMs();
  const expiresAtMs = note.expiresInMs === undefined ? undefined : Date.now() + note.expiresInMs;
  const body = JSON.stringify({
    type: note.topic,
    title: `Note ${note.marker}`,
    message: "Something has happened.",
    chat_ids: note.chatIds,
    ...(note.isCritical && { severity: "critical" }),
    ...(note.dedupeKey !== undefined && { dedupe_key: note.dedupeKey }),
    ...(expiresAtMs !== undefined && { expires_at: new Date(expiresAtMs).toISOString() }),
  });
  const made = { note, startedMs, expiresAtMs, acknowledgedMs: undefined, batchId: undefined };
  for (let turn = first; machineMs() < startedMs + patienceMs; turn += 1) {
    const answer = await post(replicas[turn % replicas.length], { key: note.marker, body });
    if (typeof answer === "number") {
      const acknowledgedMs = machineMs();
      const next = replicas[(turn + 1) % replicas.length];
      const again = note.isRepeated ? await post(next, { key: note.marker, body }) : undefined;
      const repeatedBatchId = typeof again === "number" ? again : undefined;
      return { ...made, acknowledgedMs, batchId: answer, repeatedBatchId, refusal: undefined };
    }
    if (answer !== undefined) return { ...made, repeatedBatchId: undefined, refusal: answer };
    await sleep(againMs);
  }
  return { ...made, repeatedBatchId: undefined, refusal: undefined };
}

/** @returns the batch, or why it was refused for good; undefined when it is to be tried again. */
async function post(
  replica: Replica | undefined,
  { key, body }: { readonly key: string; readonly body: string },
): Promise<number | string | undefined> {
  const url = replica?.url();
  if (url === undefined) return undefined;
  try {
    const response = await fetch(`${url}/api/notifications`, {
      method: "POST",
      headers: { authorization: `Bearer ${apiKey}`, "content-type": "application/json", "idempotency-key": key },
      body,
      signal: AbortSignal.timeout(callTimeoutMs),
    });
    const answer = (await response.json()) as { readonly batch_id?: number; readonly code?: string };
    if (response.status === 202) return answer.batch_id ?? 0;
    if (response.status === 429 || response.status >= 500) return undefined;
    return `${response.status} ${answer.code}`;
  } catch {
    // Whether it was taken is not known: that is what the key is for.
    return undefined;
  }
}
