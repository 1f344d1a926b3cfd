import { Client } from "pg";

import { machineMs } from "../harness/machine-clock.ts";
import { serve } from "../harness/rpc.ts";
import { sendByUndici, type SendOne } from "./send-by-undici.ts";

/**
 * The least that claims, sends and records each message: one table with one index, undici's pool, and batches. It keeps
 * no order, knows no lanes, limits, history or second sender, and what it has claimed is lost with it. Beside the bare
 * loop it shows what durability itself costs on a machine; beside the program, what the rest of it does.
 */

interface Waiting {
  readonly id: string;
  readonly chatId: string;
  readonly text: string;
}

interface Sent {
  readonly id: string;
  readonly messageId: number;
}

const claimSize = 128;

const table = `
  create table public.minimal_queue (
    id bigint generated always as identity primary key,
    chat_id bigint not null,
    text text not null,
    state smallint not null default 0,
    message_id bigint,
    claimed_at timestamptz,
    sent_at timestamptz
  ) with (fillfactor = 60);
  create index on public.minimal_queue (id) where state = 0`;

const fill = `
  insert into public.minimal_queue (chat_id, text)
  select $1::bigint + n, 'Good morning! This is message one of many.' from generate_series(0, $2::int - 1) as n`;

const claim = `
  update public.minimal_queue set state = 1, claimed_at = now()
  where id = any(array(
    select id from public.minimal_queue where state = 0 order by id limit $1 for update skip locked
  ))
  returning id, chat_id as "chatId", text`;

const record = `
  update public.minimal_queue set state = 2, message_id = sent.message_id, sent_at = now()
  from unnest($1::bigint[], $2::bigint[]) as sent (id, message_id) where minimal_queue.id = sent.id`;

let sendOne: SendOne | undefined;
let claims: Client | undefined;
let records: Client | undefined;

async function connect(url: string): Promise<Client> {
  const client = new Client(url);
  await client.connect();
  return client;
}

/** The next claim is made while half of the last one still waits for the wire. */
function makeTakeNext(database: Client, count: number): () => Promise<Waiting | undefined> {
  const ready: Waiting[] = [];
  let claimed = 0;
  let claiming: Promise<void> | undefined;
  const claimMore = async (): Promise<void> => {
    const { rows } = await database.query<Waiting>({ name: "claim", text: claim, values: [claimSize] });
    claimed += rows.length;
    ready.push(...rows);
    claiming = undefined;
  };
  return async () => {
    if (ready.length < claimSize / 2 && claimed < count) claiming ??= claimMore();
    while (ready.length === 0 && claiming !== undefined) {
      await claiming;
      if (ready.length === 0 && claimed < count) claiming ??= claimMore();
    }
    return ready.shift();
  };
}

/** One statement after the other, each for all that was sent during the one before. */
function makeRecordSent(database: Client): {
  readonly add: (sent: Sent) => void;
  readonly settled: () => Promise<void>;
} {
  let waiting: Sent[] = [];
  let recording: Promise<void> | undefined;
  const run = async (): Promise<void> => {
    while (waiting.length > 0) {
      const batch = waiting;
      waiting = [];
      const values = [batch.map(({ id }) => id), batch.map(({ messageId }) => messageId)];
      await database.query({ name: "record", text: record, values });
    }
    recording = undefined;
  };
  return {
    add: (sent) => {
      waiting.push(sent);
      if (waiting.length >= claimSize / 2) recording ??= run();
    },
    settled: async () => {
      await recording;
      await run();
    },
  };
}

const methods = {
  open: async (root: string, token: string, connections: number, databaseUrl: string): Promise<void> => {
    sendOne = sendByUndici(root, token, connections);
    claims = await connect(databaseUrl);
    records = await connect(databaseUrl);
    await claims.query(table);
  },
  /** Queues one message for each of `count` chats, then sends them, `concurrency` at once. @returns how long the second took, and how many are recorded. */
  run: async (
    count: number,
    concurrency: number,
    firstChat: number,
  ): Promise<{ readonly tookMs: number; readonly delivered: number }> => {
    if (sendOne === undefined || claims === undefined || records === undefined) throw new Error("not opened");
    const send = sendOne;
    await claims.query("truncate public.minimal_queue");
    await claims.query(fill, [firstChat, count]);
    const takeNext = makeTakeNext(claims, count);
    const recorder = makeRecordSent(records);
    const worker = async (): Promise<void> => {
      for (let next = await takeNext(); next !== undefined; next = await takeNext()) {
        recorder.add({ id: next.id, messageId: await send(Number(next.chatId), next.text) });
      }
    };
    const began = machineMs();
    await Promise.all(Array.from({ length: concurrency }, worker));
    await recorder.settled();
    const tookMs = machineMs() - began;
    const { rows } = await claims.query<{ count: string }>(
      "select count(*) from public.minimal_queue where state = 2 and message_id > 0",
    );
    return { tookMs, delivered: Number(rows[0]?.count) };
  },
};

export type MinimalQueueMethods = typeof methods;

serve(methods);
