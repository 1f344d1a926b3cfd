import type { Database } from "#kernel/db/index.ts";

import { believe } from "./benchmark.ts";
import { sleep } from "./machine-clock.ts";
import type { Telegram } from "./workbench.ts";

const lookEveryMs = 5;

/** Until nothing is left in the outbox: everything that arrived has been written down. */
export async function untilRecorded({ pool }: Database, withinMs = 30_000): Promise<void> {
  const deadline = performance.now() + withinMs;
  for (;;) {
    const { rows } = await pool.query<{ left: boolean }>("select exists (select from delivery.outbox) as left");
    if (rows[0]?.left === false) return;
    believe(performance.now() < deadline, "messages arrived that were never recorded as sent");
    await sleep(lookEveryMs);
  }
}

/** Holds what the server accepted against what is written down since `afterId`: each message once, sent, with its id. */
export async function verifyEach(
  { pool }: Database,
  telegram: Telegram,
  of: { readonly count: number; readonly afterId: number },
): Promise<void> {
  const { chatIds, messageIds } = await telegram.process.call("accepted");
  believe(chatIds.length === of.count, `${of.count} messages were queued and ${chatIds.length} arrived`);
  const arrived = pairs(chatIds, messageIds);
  const { rows } = await pool.query<{ chat_id: number; message_id: number; state: string }>(
    "select chat_id, message_id, state from delivery.history where id > $1",
    [of.afterId],
  );
  const unsent = rows.filter(({ state }) => state !== "sent").length;
  believe(
    rows.length === of.count && unsent === 0,
    `${rows.length} of ${of.count} recorded, ${unsent} of them not sent`,
  );
  const recorded = pairs(
    rows.map((row) => row.chat_id),
    rows.map((row) => row.message_id),
  );
  const wrong = recorded.findIndex((pair, index) => pair !== arrived[index]);
  believe(wrong < 0, `recorded ${recorded[wrong]}, but arrived ${arrived[wrong]} (chat:message)`);
}

function pairs(chatIds: ArrayLike<number>, messageIds: ArrayLike<number>): readonly string[] {
  return Array.from({ length: chatIds.length }, (_, index) => `${chatIds[index]}:${messageIds[index]}`).toSorted();
}

/** The newest id there is: what is made from now on has higher ones. */
export async function lastId({ pool }: Database): Promise<number> {
  const { rows } = await pool.query<{ id: number }>("select nextval('delivery.delivery_id') as id");
  return rows[0]?.id ?? 0;
}

/** What has become of everything made since `afterId`, for complaints. */
export async function outcomes({ pool }: Database, afterId: number): Promise<string> {
  const { rows } = await pool.query<{ state: string; error: string | null; count: number }>(
    `select state, error, count(*) from (
      select state, error from delivery.history where id > $1
      union all select state, refusal from delivery.outbox where id > $1
    ) as made group by 1, 2`,
    [afterId],
  );
  return rows.map(({ state, error, count }) => `${count} ${state}${error === null ? "" : ` (${error})`}`).join(", ");
}
