import { sql } from "kysely";

import type { Tx } from "../db/index.ts";
import type { Cipher } from "../lib/cipher.ts";
import type { DialogControl, DialogState } from "./route.ts";

export interface Dialogs {
  /** The dialog of one person in one chat, during one update. */
  readonly of: (tx: Tx, place: DialogPlace) => TrackedDialog;
  readonly moveChat: (tx: Tx, from: number, to: number) => Promise<void>;
}

export interface DialogPlace {
  readonly chatId: number;
  /** Ours, not Telegram's. */
  readonly userId: number;
}

export interface TrackedDialog extends DialogControl {
  /** Whether this update has opened, moved or closed it. */
  readonly isTouched: () => boolean;
}

interface Loaded {
  readonly state: DialogState;
  readonly version: number;
}

export function createDialogs(cipher: Cipher): Dialogs {
  // Not by chat: a group keeps its dialogs when it becomes a supergroup.
  const context = ({ userId }: DialogPlace): string => `telegram.dialog:${userId}`;

  const load = async (tx: Tx, place: DialogPlace): Promise<Loaded | undefined> => {
    const { rows } = await sql<{ flow: string; step: string; data: string; version: number }>`
      select flow, step, data, version from telegram.dialog
      where chat_id = ${place.chatId} and user_id = ${place.userId}`.execute(tx);
    const [row] = rows;
    if (row === undefined) return undefined;
    const data = unseal(row.data, context(place));
    return data && { state: { flow: row.flow, step: row.step, data }, version: row.version };
  };
  const unseal = (data: string, sealedFor: string): DialogState["data"] | undefined => {
    try {
      return JSON.parse(cipher.decrypt(data, sealedFor)) as DialogState["data"];
    } catch {
      // Sealed with a key that is gone: the person begins again, which is better than an apology to each message.
      return undefined;
    }
  };

  return {
    of: (tx, place) => {
      let loaded: Promise<Loaded | undefined> | undefined;
      let isTouched = false;
      return {
        isTouched: () => isTouched,
        current: async () => {
          loaded ??= load(tx, place);
          return (await loaded)?.state;
        },
        set: async (state) => {
          isTouched = true;
          const before = await (loaded ?? Promise.resolve(undefined));
          const data = cipher.encrypt(JSON.stringify(state.data), context(place));
          const { rows } = await sql<{ version: number }>`
            insert into telegram.dialog as open (chat_id, user_id, flow, step, data)
            values (${place.chatId}, ${place.userId}, ${state.flow}, ${state.step}, ${data})
            on conflict (chat_id, user_id) do update set
              flow = excluded.flow, step = excluded.step, data = excluded.data,
              version = open.version + 1, updated_at = now()
            where open.version = ${before?.version ?? null}::bigint or ${before === undefined}
            returning version`.execute(tx);
          const [row] = rows;
          if (row === undefined) throw new Error("the dialog was moved on by somebody else");
          loaded = Promise.resolve({ state, version: row.version });
        },
        close: async () => {
          isTouched = true;
          await sql`
            delete from telegram.dialog where chat_id = ${place.chatId} and user_id = ${place.userId}`.execute(tx);
          loaded = Promise.resolve(undefined);
        },
      };
    },
    moveChat: async (tx, from, to) => {
      // What was begun in the supergroup before the news of it came, or is being begun, is the newer.
      await sql`
        with moved as (delete from telegram.dialog where chat_id = ${from} returning *)
        insert into telegram.dialog (chat_id, user_id, flow, step, data, version, updated_at)
        select ${to}, user_id, flow, step, data, version, updated_at from moved
        on conflict (chat_id, user_id) do nothing`.execute(tx);
    },
  };
}
