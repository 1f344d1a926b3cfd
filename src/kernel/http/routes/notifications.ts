import type { FastifyInstance, FastifyPluginAsync } from "fastify";
import type { ZodTypeProvider } from "fastify-type-provider-zod";
import { type RawBuilder, sql } from "kysely";
import { z } from "zod";

import type { Accounts } from "../../accounts/index.ts";
import type { Db, Tx } from "../../db/index.ts";
import type { Delivery, NotificationType } from "../../delivery/index.ts";
import { AppError } from "../../lib/errors.ts";
import { Html, html } from "../../lib/html.ts";
import type { MediaStore } from "../../media/index.ts";
import type { Button, Content, Keyboard } from "../../telegram/index.ts";
import { idempotently } from "../idempotency.ts";
import { needsApiKey } from "../openapi.ts";
import { problemSchema } from "../problem.ts";
import { storable } from "../storable.ts";
import { imageTooLarge, noRecipients } from "./errors.ts";

export interface NotificationDeps {
  readonly db: Db;
  readonly accounts: Accounts;
  readonly delivery: Delivery;
  readonly media: MediaStore;
  readonly types: readonly NotificationType[];
}

const imageBytes = 5 * 1024 * 1024;
/** Base64 makes four characters of three bytes; the rest of the body is small beside it. */
const bodyLimit = 8 * 1024 * 1024;

const button = z.strictObject({ text: storable(1, 64), url: z.url({ protocol: /^https?$/ }) });

function bodySchema(topics: readonly string[]) {
  return z.strictObject({
    type: z
      .enum(topics, `expected one of ${topics.join(", ")}`)
      .describe("the topic: it sets the lane, and people can mute it"),
    title: storable(1, 200),
    message: storable(1, 50_000).describe("plain text; over 4,096 characters it arrives in several messages"),
    details: z.record(storable(1, 100), z.union([storable(0, 1000), z.number()])).optional(),
    severity: z.enum(["info", "warning", "critical"]).default("info").describe("critical passes quiet hours and mutes"),
    chat_ids: z.array(z.int()).min(1).max(10_000).optional(),
    audience: z.enum(["everyone", "admins"]).optional(),
    buttons: z.array(button).max(8).optional(),
    image: z
      .strictObject({ content_type: z.enum(["image/png", "image/jpeg", "image/webp"]), base64: z.base64() })
      .optional(),
    dedupe_key: z
      .string()
      .min(1)
      .max(200)
      .optional()
      .describe("a second notification with this key reaches nobody twice"),
    expires_at: z.iso.datetime({ offset: true }).optional(),
  });
}

type Body = z.output<ReturnType<typeof bodySchema>>;

const answerSchema = z.object({
  batch_id: z.int(),
  queued: z.int().describe("deliveries made now; repeats of a dedupe key are not made again"),
  deliveries: z
    .array(z.object({ id: z.int(), chat_id: z.int() }))
    .describe("for chat_ids; an audience is listed by its topic"),
});

/** `POST /api/notifications`: any topic to chats or an audience. */
export function notificationRoutes(deps: NotificationDeps): FastifyPluginAsync {
  const body = bodySchema(deps.types.map(({ topic }) => topic));
  return async (plain: FastifyInstance) => {
    plain.withTypeProvider<ZodTypeProvider>().post(
      "/api/notifications",
      {
        bodyLimit,
        preHandler: plain.requireScope("notify:write"),
        schema: {
          summary: "Notify chats or an audience",
          tags: ["notifications"],
          security: needsApiKey,
          body,
          response: { 202: answerSchema, "4xx": problemSchema },
        },
      },
      async (request, reply) => {
        const recipients = recipientsOf(request.body, deps.accounts);
        const content = await contentOf(request.body, deps.media);
        const answer = await idempotently(deps.db, request, async (tx) => ({
          status: 202,
          body: await queue(tx, deps, { body: request.body, recipients, content }),
        }));
        return await reply.code(202).send(answer.body as z.output<typeof answerSchema>);
      },
    );
  };
}

async function queue(
  tx: Tx,
  { delivery, media }: NotificationDeps,
  given: { readonly body: Body; readonly recipients: RawBuilder<unknown>; readonly content: Content },
): Promise<z.output<typeof answerSchema>> {
  const { body, recipients, content } = given;
  if (content.kind === "photo" && "mediaId" in content.media) await media.keep(tx, content.media.mediaId);
  const critical = body.severity === "critical";
  const { batchId, count } = await delivery.fanOut(tx, recipients, {
    topic: body.type,
    content,
    ...(critical && { critical, lane: "alert" as const }),
    ...(body.dedupe_key !== undefined && { dedupeKey: body.dedupe_key }),
    ...(body.expires_at !== undefined && { expiresAt: new Date(body.expires_at) }),
  });
  const made = body.chat_ids === undefined ? [] : await delivery.batch(tx, batchId, body.chat_ids.length);
  return { batch_id: batchId, queued: count, deliveries: made.map(({ id, chatId }) => ({ id, chat_id: chatId })) };
}

function recipientsOf(body: Body, { adminChatIds, monitoringChatIds }: Accounts): RawBuilder<unknown> {
  if ((body.chat_ids === undefined) === (body.audience === undefined)) throw new AppError(noRecipients);
  if (body.audience === "everyone") {
    return sql`select id as chat_id from account.chat where type = 'private' and suspended_reason is null`;
  }
  const chatIds = body.chat_ids ?? [...adminChatIds, ...monitoringChatIds];
  return sql`select distinct unnest(${[...chatIds]}::bigint[]) as chat_id`;
}

async function contentOf(body: Body, media: MediaStore): Promise<Content> {
  const text = textOf(body);
  const keyboard = keyboardOf(body.buttons);
  if (body.image === undefined) return { kind: "text", html: text, ...(keyboard && { keyboard }) };
  const bytes = Buffer.from(body.image.base64, "base64");
  if (bytes.length > imageBytes) throw new AppError(imageTooLarge, { megabytes: imageBytes / 1024 / 1024 });
  const stored = await media.put({
    contentType: body.image.content_type,
    fileName: `image.${body.image.content_type.slice("image/".length)}`,
    body: bytes,
    maxBytes: imageBytes,
  });
  return { kind: "photo", media: { mediaId: stored.id }, caption: text, ...(keyboard && { keyboard }) };
}

function textOf({ title, message, details, severity }: Body): Html {
  const mark = { info: "", warning: "⚠️ ", critical: "🚨 " }[severity];
  const lines = Object.entries(details ?? {}).map(([name, value]) => html`<b>${name}:</b> ${value}`);
  const parts = [html`${mark}<b>${title}</b>`, Html.text(message)];
  return Html.join(lines.length === 0 ? parts : [...parts, Html.join(lines)], "\n\n");
}

function keyboardOf(buttons: Body["buttons"]): Keyboard | undefined {
  if (buttons === undefined || buttons.length === 0) return undefined;
  return { inline: buttons.map(({ text, url }): readonly Button[] => [{ text, url }]) };
}
