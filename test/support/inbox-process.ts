import { setTimeout as sleep } from "node:timers/promises";

import { sql } from "kysely";

import { openDatabase } from "#kernel/db/index.ts";
import { silentLogger } from "#kernel/observability/index.ts";

import { createReplica, openApi } from "./telegram-rig.ts";

/** What a test tells the process it starts, as JSON in the first argument. */
export interface InboxProcessOptions {
  readonly databaseUrl: string;
  readonly masterKey: string;
  readonly sandbox: { readonly url: string; readonly botToken: string };
  readonly polls: boolean;
  /** How long each handler takes; it stops for good at this text. */
  readonly handlerMs: number;
  readonly stuckAt?: string;
}

/**
 * One replica as a process of its own, to be killed. Every update leaves a row in `effect`, and every handling that
 * begins a line on standard output.
 */
const options = JSON.parse(process.argv[2] ?? "{}") as InboxProcessOptions;
const database = openDatabase({ url: options.databaseUrl, log: silentLogger(), connections: 20 });
const telegram = createReplica({
  database,
  api: openApi(options.sandbox),
  masterKey: Buffer.from(options.masterKey, "base64"),
  options: {
    ...(!options.polls && { webhook: { url: "https://bot.test", secret: "s" } }),
    routes: [
      {
        owner: "test",
        messages: [
          {
            name: "test",
            priority: 0,
            run: async ({ tx, chat }, { text = "" }) => {
              process.stdout.write(`${text}\n`);
              await sql`insert into effect (chat_id, text) values (${chat.id}, ${text})`.execute(tx);
              await sleep(text === options.stuckAt ? 2 ** 30 : options.handlerMs);
              return "handled";
            },
          },
        ],
      },
    ],
  },
});
telegram.start();
