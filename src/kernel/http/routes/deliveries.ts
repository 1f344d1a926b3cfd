import type { FastifyPluginAsync } from "fastify";
import type { ZodTypeProvider } from "fastify-type-provider-zod";
import { z } from "zod";

import type { Db } from "../../db/index.ts";
import { type Delivery, type DeliveryRecord, deliveryStates, lanes } from "../../delivery/index.ts";
import { AppError } from "../../lib/errors.ts";
import { notFound } from "../errors.ts";
import { needsApiKey } from "../openapi.ts";
import { problemSchema } from "../problem.ts";

const time = z.iso.datetime();

const deliverySchema = z.object({
  id: z.int(),
  chat_id: z.int(),
  topic: z.string(),
  lane: z.enum(lanes),
  state: z.enum(deliveryStates),
  dedupe_key: z.string().optional(),
  attempts: z.int(),
  message_id: z.int().optional(),
  error: z.string().optional(),
  created_at: time,
  not_before: time.optional(),
  expires_at: time.optional(),
  finished_at: time.optional(),
  timeline: z.array(z.object({ at: time, event: z.string(), detail: z.string() })),
});

const query = z.strictObject({
  chat_id: z.coerce.number().int().optional(),
  topic: z.string().max(100).optional(),
  state: z.enum(deliveryStates).optional(),
  cursor: z.string().max(200).optional(),
  limit: z.coerce.number().int().min(1).max(200).default(50),
});

/** What became of each message: `GET /api/deliveries` and `GET /api/deliveries/{id}`. */
export function deliveryRoutes(db: Db, delivery: Delivery): FastifyPluginAsync {
  return async (plain) => {
    const app = plain.withTypeProvider<ZodTypeProvider>();
    const shared = { tags: ["deliveries"], security: needsApiKey };
    app.get(
      "/api/deliveries",
      {
        preHandler: app.requireScope("deliveries:read"),
        schema: {
          ...shared,
          summary: "Deliveries, newest first",
          querystring: query,
          response: {
            200: z.object({ deliveries: z.array(deliverySchema), next_cursor: z.string().optional() }),
            "4xx": problemSchema,
          },
        },
      },
      async ({ query: { chat_id: chatId, topic, state, cursor, limit } }) => {
        const page = await delivery.list(db, {
          limit,
          ...(chatId !== undefined && { chatId }),
          ...(topic !== undefined && { topic }),
          ...(state !== undefined && { state }),
          ...(cursor !== undefined && { cursor }),
        });
        return { deliveries: page.deliveries.map(present), next_cursor: page.nextCursor };
      },
    );
    app.get(
      "/api/deliveries/:id",
      {
        preHandler: app.requireScope("deliveries:read"),
        schema: {
          ...shared,
          summary: "One delivery with its timeline",
          params: z.object({ id: z.coerce.number().int().positive() }),
          response: { 200: deliverySchema, "4xx": problemSchema },
        },
      },
      async ({ params }) => {
        const found = await delivery.find(db, params.id);
        if (found === undefined) throw new AppError(notFound);
        return present(found);
      },
    );
  };
}

function present(record: DeliveryRecord): z.input<typeof deliverySchema> {
  return {
    id: record.id,
    chat_id: record.chatId,
    topic: record.topic,
    lane: record.lane,
    state: record.state,
    dedupe_key: record.dedupeKey,
    attempts: record.attempts,
    message_id: record.messageId,
    error: record.error,
    created_at: record.createdAt.toISOString(),
    not_before: record.notBefore?.toISOString(),
    expires_at: record.expiresAt?.toISOString(),
    finished_at: record.finishedAt?.toISOString(),
    timeline: record.timeline.map(({ at, event, detail }) => ({ at: at.toISOString(), event, detail })),
  };
}
