import { sql } from "kysely";

import type { User } from "#kernel/accounts/index.ts";
import type { Db, Tx } from "#kernel/db/index.ts";
import type { Kernel } from "#kernel/feature.ts";
import type { Improved } from "#providers/words/port.ts";

import { improvementSettings } from "./settings.ts";

/** Words that are being improved, or have been, and wait for the person's decision. */
export interface Improvement {
  readonly id: string;
  readonly userId: number;
  readonly chatId: number;
  readonly model: string;
  readonly hasImage: boolean;
  readonly state: "asked" | "ready" | "failed" | "over";
  /** What the person wrote; undefined once the service has answered. */
  readonly words: string | undefined;
  /** What the service made of it; undefined before that and after the decision. */
  readonly improved: string | undefined;
  readonly outputTokens: number;
}

interface Row {
  readonly id: string;
  readonly user_id: number;
  readonly chat_id: number;
  readonly model: string;
  readonly has_image: boolean;
  readonly state: Improvement["state"];
  readonly words: string | null;
  readonly improved: string | null;
  readonly output_tokens: number;
}

type Sealing = Pick<Kernel, "cipher">;

/** How many a person has asked for in the last 24 hours. */
export async function improvedLately(db: Db, userId: number, now: Date): Promise<number> {
  const { rows } = await sql<{ count: number }>`
    select count(*) from studio.improvement
    where user_id = ${userId} and asked_at > ${new Date(now.getTime() - 86_400_000)}`.execute(db);
  return rows[0]?.count ?? 0;
}

/** Writes down that words are to be improved. @returns its id. */
export async function askImprovement(
  { cipher, clock, ids }: Pick<Kernel, "cipher" | "clock" | "ids">,
  tx: Tx,
  wish: {
    readonly user: User;
    readonly chatId: number;
    readonly model: string;
    readonly hasImage: boolean;
    readonly words: string;
  },
): Promise<string> {
  const id = ids.next();
  await sql`
    insert into studio.improvement (id, user_id, chat_id, model, has_image, state, words, asked_at)
    values (${id}, ${wish.user.id}, ${wish.chatId}, ${wish.model}, ${wish.hasImage}, 'asked',
      ${cipher.encrypt(wish.words, context(id))}, ${clock.now()})`.execute(tx);
  return id;
}

/** Reads it; in a transaction that is to change it, `lock` keeps others from doing so. */
export async function findImprovement(
  { cipher }: Sealing,
  db: Db,
  id: string,
  lock = false,
): Promise<Improvement | undefined> {
  const { rows } = await sql<Row>`
    select * from studio.improvement where id = ${id} ${lock ? sql`for update` : sql``}`.execute(db);
  const [row] = rows;
  if (row === undefined) return undefined;
  const unseal = (sealed: string | null): string | undefined =>
    sealed === null ? undefined : cipher.decrypt(sealed, context(row.id));
  return {
    id: row.id,
    userId: row.user_id,
    chatId: row.chat_id,
    model: row.model,
    hasImage: row.has_image,
    state: row.state,
    words: unseal(row.words),
    improved: unseal(row.improved),
    outputTokens: row.output_tokens,
  };
}

/** Records what the service answered and what it cost. What has been decided meanwhile stays decided. */
export async function recordImprovement(
  { cipher, settings }: Pick<Kernel, "cipher" | "settings">,
  tx: Tx,
  { id, outcome }: { readonly id: string; readonly outcome: Improved },
): Promise<void> {
  const { usdPerMillionPromptTokens, usdPerMillionOutputTokens } = await settings.read(improvementSettings);
  const { prompt, output } = outcome.usage;
  // Dollars for a million tokens are millionths of a dollar for one.
  const cost = Math.ceil(prompt * usdPerMillionPromptTokens + output * usdPerMillionOutputTokens);
  const improved = outcome.ok ? cipher.encrypt(outcome.words, context(id)) : null;
  await sql`
    update studio.improvement set
      prompt_tokens = prompt_tokens + ${prompt}, output_tokens = output_tokens + ${output},
      cost_usd_micros = cost_usd_micros + ${cost}, words = null,
      improved = case when state = 'asked' then ${improved}::text end,
      state = case when state = 'asked' then ${outcome.ok ? "ready" : "failed"} else state end
    where id = ${id}`.execute(tx);
}

/** Decided, stopped or left: the words go, what they cost stays. */
export async function endImprovement(tx: Tx, id: string): Promise<void> {
  await sql`update studio.improvement set state = 'over', words = null, improved = null where id = ${id}`.execute(tx);
}

/** Those that nobody has decided about for so long. */
export async function leftImprovements(
  db: Db,
  before: Date,
): Promise<readonly { readonly id: string; readonly chatId: number; readonly userId: number }[]> {
  const { rows } = await sql<{ id: string; chatId: number; userId: number }>`
    select id, chat_id as "chatId", user_id as "userId" from studio.improvement
    where state <> 'over' and asked_at <= ${before} order by asked_at limit 500`.execute(db);
  return rows;
}

/** The card that shows it, with everything that has to be erased from it. */
export function improvementCard(id: string): string {
  return `studio.improvement:${id}`;
}

function context(id: string): string {
  return `studio.improvement:${id}`;
}
