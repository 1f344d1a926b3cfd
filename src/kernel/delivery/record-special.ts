import { sql } from "kysely";

import type { Accounts } from "../accounts/index.ts";
import { type Db, inTransaction, type Tx } from "../db/index.ts";
import type { MediaStore } from "../media/index.ts";
import { type Again, type Claimed, type Ended, isEdit, type Sent } from "./claimed.ts";
import type { Landing, Recorded } from "./recorder.ts";
import { dissolveDigest } from "./release-held.ts";
import type { Settlements } from "./settlements.ts";
import { addEntry, type End, finish, moveDeliveries, refuseChat } from "./sql/finish.ts";

export interface RecordSpecialDeps {
  readonly db: Db;
  readonly accounts: Pick<Accounts, "suspendChat" | "migrateChat">;
  readonly media: Pick<MediaStore, "rememberFileId">;
  readonly settlements: Settlements;
  /** A group turned out to be a supergroup: whoever else keeps rows by chat moves them. */
  readonly onChatMigrated: (tx: Tx, from: number, to: number) => Promise<void>;
  /** After the commit: the chat's queue has been refused. */
  readonly onSuspended: (chatId: number) => void;
  /** After the commit: the chat's queue stands under another id. */
  readonly onMoved: (chatId: number) => void;
  /** After the commit: the members of a digest are queued again. */
  readonly onDissolved: () => void;
}

const over: Recorded = { type: "over" };

/**
 * Writes down outcomes that are more than "sent": all of one call in one transaction, with what follows from them
 * (settlements, suspensions, moves), under the sender's epoch.
 */
export function makeRecordSpecial(
  deps: RecordSpecialDeps,
): (landings: readonly Landing[]) => Promise<readonly Recorded[]> {
  const { accounts, media, settlements } = deps;

  const end = async (tx: Tx, claimed: Claimed, ending: End & { fileId?: string | undefined }): Promise<Recorded> => {
    // A newer content that has come while this one was on the wire stays in the queue.
    const done = await finish(tx, sql`o.id = ${claimed.id} and o.content_id = ${claimed.contentId}`, ending);
    if (done.length === 0) return await keepNewer(tx, claimed);
    const members = claimed.isDigest ? await finish(tx, sql`o.digest_id = ${claimed.id}`, ending) : [];
    await settlements.tell(tx, [...done, ...members], ending);
    return over;
  };

  const recordSent = async (tx: Tx, claimed: Claimed, sent: Sent): Promise<Recorded> => {
    for (const { mediaId, fileId } of sent.files) await media.rememberFileId(tx, mediaId, fileId);
    if (claimed.card !== undefined) await rememberCard(tx, claimed, sent);
    const sentIds = [...claimed.sentIds, sent.messageId ?? 0];
    if (sent.more || claimed.sentIds.length > 0) {
      await addEntry(
        tx,
        claimed.id,
        "part",
        `part ${sentIds.length} arrived as message ${sent.messageId ?? "without an id"}`,
      );
      await sql`update delivery.outbox set sent_ids = ${sentIds}, attempts = 0 where id = ${claimed.id}`.execute(tx);
    }
    if (sent.more) return await stay(tx, claimed, 0);
    return await end(tx, claimed, {
      state: "sent",
      messageId: sent.messageId,
      claimedAt: claimed.claimedAt,
      fileId: sent.fileId,
    });
  };

  const recordAgain = async (tx: Tx, claimed: Claimed, again: Again): Promise<Recorded> => {
    const { change = {} } = again;
    if (change.movedTo !== undefined) {
      await accounts.migrateChat(tx, claimed.chatId, change.movedTo);
      await moveDeliveries(tx, claimed.chatId, change.movedTo);
      await deps.onChatMigrated(tx, claimed.chatId, change.movedTo);
    }
    await putBack(tx, claimed, again);
    return await stay(tx, claimed, again.delayMs);
  };

  const recordEnded = async (tx: Tx, claimed: Claimed, ended: Ended): Promise<Recorded> => {
    if (ended.suspend !== undefined) {
      await accounts.suspendChat(tx, claimed.chatId, ended.suspend);
      await refuseChat(tx, claimed.chatId, ended.suspend);
    }
    if (claimed.isDigest && ended.state === "failed") await dissolveDigest(tx, claimed.id);
    return await end(tx, claimed, { state: ended.state, error: ended.error, claimedAt: claimed.claimedAt });
  };

  const recordOne = async (tx: Tx, { claimed, outcome }: Landing): Promise<Recorded> => {
    switch (outcome.type) {
      case "sent":
        return await recordSent(tx, claimed, outcome);
      case "again":
        return await recordAgain(tx, claimed, outcome);
      case "ended":
        return await recordEnded(tx, claimed, outcome);
    }
  };

  return async (landings) => {
    const epoch = landings[0]?.epoch ?? 0;
    const recorded = await inTransaction(deps.db, async (tx) => {
      // Somebody's long transaction on one card must not hold up the others: it is tried again.
      await sql`set local lock_timeout = '1s'`.execute(tx);
      const mine = await sql`select from delivery.sender where epoch = ${epoch} for share`.execute(tx);
      // Another sender has judged these already.
      if (mine.rows.length === 0) return landings.map(() => over);
      const results: Recorded[] = [];
      for (const landing of landings) results.push(await recordOne(tx, landing));
      return results;
    });
    tellOthers(deps, landings);
    return recorded;
  };
}

function tellOthers(deps: RecordSpecialDeps, landings: readonly Landing[]): void {
  for (const { claimed, outcome } of landings) {
    if (outcome.type === "ended" && outcome.suspend !== undefined) deps.onSuspended(claimed.chatId);
    if (outcome.type === "ended" && claimed.isDigest) deps.onDissolved();
    if (outcome.type === "again" && outcome.change?.movedTo !== undefined) deps.onMoved(claimed.chatId);
  }
}

async function putBack(tx: Tx, claimed: Claimed, again: Again): Promise<void> {
  const { change = {} } = again;
  if (change.forgetCardMessage === true && claimed.card !== undefined) {
    await sql`update delivery.card set message_id = null where id = ${claimed.card.id}`.execute(tx);
  }
  await addEntry(tx, claimed.id, again.event, again.detail);
  await sql`
    update delivery.outbox set
      attempts = attempts + ${again.counts ? 1 : 0}::int,
      retry_at = ${again.delayMs > 0 ? sql`now() + ${again.delayMs} * interval '1 ms'` : sql`null`},
      plain = plain or ${change.plain === true},
      perhaps_repeat = perhaps_repeat or ${change.perhapsRepeat === true}
    where id = ${claimed.id}`.execute(tx);
}

/** The delivery is no longer on the wire but still in the queue. */
async function stay(tx: Tx, claimed: Claimed, delayMs: number): Promise<Recorded> {
  await sql`
    update delivery.flight set delivery_ids = array_remove(delivery_ids, ${claimed.id}::bigint)
    where id = ${claimed.flightId}`.execute(tx);
  return { type: "again", delayMs };
}

async function keepNewer(tx: Tx, claimed: Claimed): Promise<Recorded> {
  const { rows } = await sql`
    update delivery.outbox set attempts = 0, retry_at = null, plain = false, perhaps_repeat = false
    where id = ${claimed.id} returning id`.execute(tx);
  return rows.length === 0 ? over : await stay(tx, claimed, 0);
}

async function rememberCard(tx: Tx, claimed: Claimed, sent: Sent): Promise<void> {
  const shown = isEdit(claimed) && !sent.showsMedia ? sql`shown` : sent.showsMedia ? sql`'media'` : sql`'text'`;
  await sql`
    update delivery.card set message_id = ${sent.messageId ?? null}, shown = ${shown}, changed_at = now()
    where id = ${claimed.card?.id ?? null}`.execute(tx);
}
