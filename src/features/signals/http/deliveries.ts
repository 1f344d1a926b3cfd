import type { FastifyPluginAsync } from "fastify";
import type { ZodTypeProvider } from "fastify-type-provider-zod";
import { sql } from "kysely";
import { z } from "zod";

import { deliveryStates } from "#kernel/delivery/index.ts";
import { needsApiKey } from "#kernel/http/index.ts";
import { AppError } from "#kernel/lib/errors.ts";

import { unknownSignal } from "../errors.ts";
import type { Signals } from "../make-signals.ts";
import { findSignal } from "../signal.ts";
import { presentWhy, whySchema } from "./present-why.ts";
import { cursorOf, idOfCursor } from "./present.ts";
import { cursorText, idParams, problems } from "./schemas.ts";

const time = z.iso.datetime();

const deliveriesAnswer = z.object({
  reached: z.int(),
  counts: z.record(z.enum(deliveryStates), z.int()),
  read: z.int().describe("who has pressed one of its buttons: Telegram tells of no other reading"),
  deliveries: z.array(
    z.object({
      id: z.int(),
      chat_id: z.int(),
      state: z.enum(deliveryStates),
      created_at: time,
      not_before: time.optional(),
      finished_at: time.optional(),
      message_id: z.int().optional(),
      reason: z.string().optional(),
      read_at: time.optional(),
    }),
  ),
  next_cursor: z.string().optional(),
});

/** Who got a signal, and why somebody did not. */
export function deliveryRoutes(signals: Signals): FastifyPluginAsync {
  const { db } = signals;
  return async (plain) => {
    const app = plain.withTypeProvider<ZodTypeProvider>();
    const shared = { tags: ["signals"], security: needsApiKey };
    app.get(
      "/signals/:id/deliveries",
      {
        preHandler: app.requireScope("signals:read"),
        schema: {
          ...shared,
          summary: "Who got a signal: counts by state, and each delivery",
          params: idParams,
          querystring: z.strictObject({
            state: z.enum(deliveryStates).optional(),
            cursor: cursorText,
            limit: z.coerce.number().int().min(1).max(1000).default(100),
          }),
          response: { 200: deliveriesAnswer, ...problems },
        },
      },
      async ({ params: { id }, query }) => await readDeliveries(signals, id, query),
    );
    app.get(
      "/signals/:id/why",
      {
        preHandler: app.requireScope("signals:read"),
        schema: {
          ...shared,
          summary: "Why a chat got a signal or did not",
          params: idParams,
          querystring: z.strictObject({
            chat_id: z.coerce.number().int().describe("of a person: the same as the id in Telegram"),
          }),
          response: { 200: whySchema, ...problems },
        },
      },
      async ({ params: { id }, query: { chat_id: chatId } }) => {
        const why = await signals.explainSignal(db, { signalId: id, chatId });
        if (why.verdict === "unknown_signal") throw new AppError(unknownSignal, { id });
        return presentWhy(why);
      },
    );
  };
}

async function readDeliveries(
  { db, delivery }: Signals,
  id: number,
  query: {
    readonly state?: (typeof deliveryStates)[number] | undefined;
    readonly cursor?: string | undefined;
    readonly limit: number;
  },
): Promise<z.input<typeof deliveriesAnswer>> {
  const signal = await findSignal(db, id);
  if (signal === undefined) throw new AppError(unknownSignal, { id });
  const { rows: contents } = await sql<{ content_id: number }>`
    select content_id from signals.content where signal_id = ${id}`.execute(db);
  const contentIds = contents.map(({ content_id: contentId }) => contentId);
  const { rows: readings } = await sql<{ chat_id: number; read_at: Date }>`
    select chat_id, read_at from signals.reading where signal_id = ${id}`.execute(db);
  const readAt = new Map(readings.map((row) => [row.chat_id, row.read_at]));
  const members = await delivery.batches.members(db, contentIds, {
    state: query.state,
    afterId: query.cursor === undefined ? undefined : idOfCursor(query.cursor),
    limit: query.limit + 1,
  });
  const page = members.slice(0, query.limit);
  const last = page.at(-1);
  return {
    reached: signal.reached,
    counts: await delivery.batches.states(db, contentIds),
    read: readings.length,
    deliveries: page.map((member) => ({
      id: member.id,
      chat_id: member.chatId,
      state: member.state,
      created_at: member.createdAt.toISOString(),
      not_before: member.notBefore?.toISOString(),
      finished_at: member.finishedAt?.toISOString(),
      message_id: member.messageId,
      reason: member.reason,
      read_at: readAt.get(member.chatId)?.toISOString(),
    })),
    next_cursor: members.length > query.limit && last !== undefined ? cursorOf(last.id) : undefined,
  };
}
