import { sql } from "kysely";

import { createAccounts } from "#kernel/accounts/index.ts";
import { inTransaction } from "#kernel/db/index.ts";
import { createCipher } from "#kernel/lib/cipher.ts";
import { systemClock } from "#kernel/lib/clock.ts";
import { systemIds } from "#kernel/lib/ids.ts";
import { type RunningApp, runApp } from "#test/support/app.ts";

import { subscribe } from "../subscriber.ts";

/** The whole program with hands for what the tests of signals need. */
export interface SignalsApp extends RunningApp {
  /** People who have pressed Start and subscribed, by their ids. */
  readonly subscribers: (count: number, options?: SubscriberOptions) => Promise<readonly number[]>;
  readonly call: (
    method: string,
    path: string,
    body?: unknown,
    headers?: Readonly<Record<string, string>>,
  ) => Promise<Answer>;
  /** A key of its own. */
  readonly newKey: (
    name: string,
    scopes: readonly string[],
  ) => Promise<{ readonly key: string; readonly prefix: string }>;
}

export interface SubscriberOptions {
  readonly premium?: boolean;
  readonly language?: "en" | "ko";
}

export interface Answer {
  readonly status: number;
  readonly body: Record<string, unknown>;
}

export async function signalsApp(environment: Readonly<Record<string, string>> = {}): Promise<SignalsApp> {
  const app = await runApp({ DELIVERY_GLOBAL_PER_SECOND: "0", DELIVERY_CHAT_PER_SECOND: "0", ...environment });
  app.sandbox.limits.change(undefined);
  const { db } = app.database;
  const call: SignalsApp["call"] = async (method, path, body, headers = {}) => {
    const response = await app.api(path, {
      method,
      headers,
      ...(body !== undefined && { body: typeof body === "string" ? body : JSON.stringify(body) }),
    });
    return { status: response.status, body: (await response.json()) as Record<string, unknown> };
  };
  return {
    ...app,
    call,
    subscribers: async (count, { premium = true, language } = {}) => {
      const ids = app.sandbox.addStartedPeople(count);
      await inTransaction(db, async (tx) => {
        for (const id of ids) {
          await sql`
            insert into account.person (telegram_id, first_name, language) values (${id}, 'Ann', ${language ?? null})
            on conflict (telegram_id) do update set language = excluded.language`.execute(tx);
          await sql`
            insert into account.chat (id, type, title, person_id)
            select ${id}, 'private', 'Ann', person.id from account.person where telegram_id = ${id}
            on conflict (id) do nothing`.execute(tx);
          const { rows } = await sql<{ id: number }>`select id from account.person where telegram_id = ${id}`.execute(
            tx,
          );
          const deps = { clock: systemClock, delivery: { preferences: { setTopic: async () => {} } } };
          await subscribe(deps, tx, { chatId: id, userId: rows[0]?.id });
        }
        if (premium) {
          await sql`
            update signals.subscription set premium_until = now() + interval '1 day'
            where chat_id = any(${[...ids]})`.execute(tx);
        }
      });
      return ids;
    },
    newKey: async (name, scopes) => {
      const accounts = createAccounts({
        clock: systemClock,
        ids: systemIds,
        adminChatIds: [],
        monitoringChatIds: [],
        environmentKey: undefined,
        cipher: createCipher(Buffer.alloc(32, 7)),
      });
      const made = await inTransaction(db, async (tx) => await accounts.apiKeys.create(tx, { name, scopes }));
      return { key: made.key, prefix: made.apiKey.prefix };
    },
  };
}

/** A valid signal, with what the test wants different. */
export function signalOf(fields: Readonly<Record<string, unknown>> = {}): Record<string, unknown> {
  return {
    type: "buy",
    asset: "BTC/USD",
    entry_price: "45250.00",
    target_price: "48900",
    stop_loss: "43800",
    timeframe: "4H",
    confidence: 85,
    source_model: "Trend v3",
    generated_at: new Date().toISOString(),
    ...fields,
  };
}
