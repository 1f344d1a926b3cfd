import { sql } from "kysely";

import { type Db, leaseHolder } from "../db/index.ts";
import type { WorkSeen } from "../observability/index.ts";
import type { Leader } from "./lead.ts";

export interface WatchSendingDeps {
  readonly db: Db;
  readonly owner: string;
  readonly leaseName: string;
  readonly leader: () => Leader | undefined;
}

/** So many deliveries are looked at for one that might go. */
const lookedAt = 50;

/**
 * Looks from outside at the sender: by the database and the pace, not by what the sender believes to be waiting. What
 * may not go now (quiet hours, floods, its chat's pace, an answer still under way in its chat) is not waiting for it.
 */
export function makeLookAtSending({ db, owner, leaseName, leader }: WatchSendingDeps): () => Promise<WorkSeen> {
  return async () => {
    const now = leader();
    if (now === undefined) {
      const holder = await leaseHolder(db, leaseName);
      if (holder?.isCurrent !== true) return { waits: true, mark: "nobody", detail: "nobody sends" };
      if (holder.owner !== owner) return { waits: false, detail: "another replica sends" };
      return { waits: true, mark: "beginning", detail: "this replica is to send and has not begun" };
    }
    const { blockedMs } = now.pacer().view();
    if (now.outage.reason() !== undefined) return { waits: false, detail: "waits for Telegram" };
    if (blockedMs > 0) {
      return { waits: false, detail: `Telegram has asked to wait, ${Math.ceil(blockedMs / 1000)} s more` };
    }
    const detail = lagOf(now);
    const { lastAttemptMs } = now.progress();
    const inFlight = now.sender.inFlight();
    const [oldest] = inFlight.keys();
    const unrecorded = inFlight.size - now.sender.onWire();
    if (unrecorded > 0 && oldest !== undefined) {
      return {
        waits: true,
        mark: `${oldest}:${lastAttemptMs}`,
        detail: `${unrecorded} sent and not recorded; ${detail}`,
      };
    }
    const isDue = await someMayGo(db, now);
    return isDue ? { waits: true, mark: lastAttemptMs, detail } : { waits: false, detail };
  };
}

function lagOf(leader: Leader): string {
  const { byLane, held } = leader.depth();
  const queued = byLane.reduce((sum, lane) => sum + lane.queued, 0);
  const oldest = Math.round(Math.max(...byLane.map(({ oldestSeconds }) => oldestSeconds)));
  const kept = held === 0 ? "" : `, ${held} held by quiet hours`;
  return queued === 0 ? `sends; nothing waits${kept}` : `sends; ${queued} wait, the oldest for ${oldest} s${kept}`;
}

async function someMayGo(db: Db, { sender, pacer }: Leader): Promise<boolean> {
  const busyChats = [...new Set([...sender.inFlight().values()].map(({ chatId }) => chatId))];
  const { rows } = await sql<{ lane: number; chat_id: number }>`
    select o.lane, o.chat_id from delivery.outbox as o
    where o.state = 'queued' and o.refusal is null
      and (o.expires_at is null or o.expires_at > now())
      and (o.quiet_at is null or o.quiet_at > now())
      and (o.retry_at is null or o.retry_at <= now())
      and o.chat_id <> all(${busyChats}::bigint[])
      and not exists (
        select from delivery.flood where flood.chat_id in (0, o.chat_id) and flood.blocked_until > now()
      )
    order by o.lane, o.id limit ${lookedAt}`.execute(db);
  return rows.some(({ lane, chat_id: chatId }) => pacer().ask({ chatId, lane, edit: false, messages: 1 }).go);
}
