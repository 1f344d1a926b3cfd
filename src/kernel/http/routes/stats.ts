import type { FastifyPluginAsync } from "fastify";
import type { ZodTypeProvider } from "fastify-type-provider-zod";
import { sql } from "kysely";
import { z } from "zod";

import type { Db } from "../../db/index.ts";
import { deliveryStatistics } from "../../delivery/index.ts";
import type { Clock } from "../../lib/clock.ts";
import { updateStatistics } from "../../telegram/index.ts";
import { needsApiKey } from "../openapi.ts";
import { problemSchema } from "../problem.ts";

export interface StatsDeps {
  readonly db: Db;
  readonly clock: Pick<Clock, "now" | "monotonicMs">;
}

const rate = z.number().min(0).max(1).nullable();
const percentiles = z.object({ p50: z.number(), p95: z.number(), p99: z.number() }).nullable();

const statsSchema = z.object({
  hours: z.int(),
  counted_at: z.iso.datetime(),
  deliveries: z.object({
    sent: z.int(),
    failed: z.int(),
    unknown: z.int().describe("Telegram may have accepted them"),
    expired: z.int(),
    suppressed: z.int().describe("the person did not want it, or cannot be reached"),
    delivery_rate: rate.describe("sent of all that ended, without the suppressed; null: none ended"),
    reply_seconds: percentiles.describe("from making an answer to its arrival"),
  }),
  users: z.object({
    total: z.int(),
    active: z.int().describe("people who wrote, pressed or paid in their private chat"),
  }),
  commands: z.array(z.object({ command: z.string(), count: z.int() })).describe("the most used first"),
  updates: z.object({
    handled: z.int(),
    failed: z.int(),
    error_rate: rate.describe("failed of all; null: there was none"),
    handling_seconds: percentiles.describe("from storing an update to the end of its handling"),
  }),
});

type Stats = z.output<typeof statsSchema>;

/** The same question is answered from memory for so long: counting a day of millions takes a second. */
const keptMs = 10_000;
/** As long as handled updates are kept, unless the setting says more. */
const mostHours = 5 * 24;

/** `GET /api/stats`: how things went in the last hours. */
export function statsRoutes(deps: StatsDeps): FastifyPluginAsync {
  const kept = new Map<number, { readonly atMs: number; readonly stats: Promise<Stats> }>();

  const read = async (hours: number): Promise<Stats> => {
    const nowMs = deps.clock.monotonicMs();
    const known = kept.get(hours);
    if (known !== undefined && nowMs - known.atMs < keptMs) return await known.stats;
    const stats = count(deps, hours);
    kept.set(hours, { atMs: nowMs, stats });
    try {
      return await stats;
    } catch (error) {
      kept.delete(hours);
      throw error;
    }
  };

  return async (plain) => {
    const app = plain.withTypeProvider<ZodTypeProvider>();
    app.get(
      "/api/stats",
      {
        preHandler: app.requireScope("stats:read"),
        schema: {
          summary: "Deliveries, people, commands, errors and response times of the last hours",
          tags: ["operations"],
          security: needsApiKey,
          querystring: z.strictObject({ hours: z.coerce.number().int().min(1).max(mostHours).default(24) }),
          response: { 200: statsSchema, "4xx": problemSchema },
        },
      },
      async ({ query: { hours } }) => await read(hours),
    );
  };
}

async function count({ db, clock }: StatsDeps, hours: number): Promise<Stats> {
  const [deliveries, updates, total] = await Promise.all([
    deliveryStatistics(db, hours),
    updateStatistics(db, hours),
    countPeople(db),
  ]);
  const { sent, failed, unknown, expired, suppressed } = deliveries;
  const commands = updates.handlers.flatMap(({ name, count: times }) => {
    const [, command] = /^command:(.+)$/.exec(name) ?? [];
    return command === undefined ? [] : [{ command, count: times }];
  });
  return {
    hours,
    counted_at: clock.now().toISOString(),
    deliveries: {
      sent,
      failed,
      unknown,
      expired,
      suppressed,
      delivery_rate: share(sent, sent + failed + unknown + expired),
      reply_seconds: deliveries.replySeconds ?? null,
    },
    users: { total, active: updates.activePeople },
    commands,
    updates: {
      handled: updates.handled,
      failed: updates.failed,
      error_rate: share(updates.failed, updates.handled + updates.failed),
      handling_seconds: updates.seconds ?? null,
    },
  };
}

/** Without those who were forgotten. */
async function countPeople(db: Db): Promise<number> {
  const { rows } = await sql<{ count: number }>`
    select count(*) from account.person where telegram_id is not null`.execute(db);
  return rows[0]?.count ?? 0;
}

function share(part: number, whole: number): number | null {
  return whole === 0 ? null : part / whole;
}
