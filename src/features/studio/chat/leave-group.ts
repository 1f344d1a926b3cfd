import { sql } from "kysely";

import type { Kernel } from "#kernel/feature.ts";
import type { ServiceRoute } from "#kernel/telegram/index.ts";

import type { Advance } from "../advance.ts";

export interface LeaveDeps extends Pick<Kernel, "accounts"> {
  readonly advance: Advance;
}

/**
 * The bot may no longer write in a group: what is being made for it stops and is paid back, and whoever asked is told in
 * private. A video that is on the wire already is left to the outcome of its delivery.
 */
export function leaveRoute({ accounts, advance }: LeaveDeps): ServiceRoute {
  return {
    kind: "my_chat_member",
    run: async ({ tx, chat }) => {
      if (chat.type === "private" || (await accounts.chatById(tx, chat.id))?.suspended === undefined) return;
      const { rows } = await sql<{ id: string }>`
        select id from studio.job
        where chat_id = ${chat.id} and finished_at is null and state <> 'delivering' order by id`.execute(tx);
      for (const { id } of rows) await advance(tx, id, { type: "failed", failure: "left" });
    },
  };
}
