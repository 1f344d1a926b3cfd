import type { FastifyPluginAsync } from "fastify";
import type { ZodTypeProvider } from "fastify-type-provider-zod";
import { z } from "zod";

import { inTransaction, type Tx } from "#kernel/db/index.ts";
import { needsApiKey } from "#kernel/http/index.ts";
import { AppError } from "#kernel/lib/errors.ts";
import { languages } from "#kernel/lib/language.ts";
import { timeZoneNamed } from "#kernel/lib/time-zone.ts";

import { unknownSubscriber } from "../errors.ts";
import type { Signals } from "../make-signals.ts";
import { signalTypes } from "../signal.ts";
import {
  changeSubscription,
  readSubscription,
  setPremium,
  setSubscriptionEnd,
  subscribe,
  type Subscription,
  type SubscriptionChange,
  unsubscribe,
} from "../subscriber.ts";
import { assetName, isoTime, problems, timeframe } from "./schemas.ts";

const time = z.iso.datetime();
const clockTime = z.string().regex(/^([01]\d|2[0-3]):[0-5]\d$/, "expected a time such as 08:30");
const list = <T extends z.ZodType>(item: T) => z.array(item).max(50);

const body = z
  .strictObject({
    active: z.boolean().describe("false: nothing is sent any more"),
    types: list(z.enum(signalTypes)),
    min_confidence: z.number().min(0).max(100),
    assets: list(assetName),
    timeframes: list(timeframe),
    models: list(z.string().min(1).max(64)),
    hours: z.strictObject({ from: clockTime, to: clockTime }).nullable(),
    hours_mode: z.enum(["hold", "silent", "drop"]),
    format: z.enum(["detailed", "compact"]),
    report_period: z.enum(["none", "daily", "weekly", "monthly"]),
    premium_until: isoTime.nullable().describe("null: the free tier"),
    expires_at: isoTime.nullable().describe("the subscription ends then; null: never"),
    language: z.enum(languages).describe("of a group or channel"),
    time_zone: z
      .string()
      .max(64)
      .refine((name) => timeZoneNamed(name) !== undefined, "expected an IANA time zone such as Asia/Seoul")
      .describe("of a group or channel"),
  })
  .partial()
  .refine(({ hours }) => hours == null || hours.from !== hours.to, "hours: expected two different times");

type Body = z.output<typeof body>;

const subscriberSchema = z.object({
  chat_id: z.int(),
  active: z.boolean(),
  types: z.array(z.string()),
  min_confidence: z.number(),
  assets: z.array(z.string()),
  timeframes: z.array(z.string()),
  models: z.array(z.string()),
  muted_assets: z.array(z.string()),
  hours: z.object({ from: z.string(), to: z.string() }).optional(),
  hours_mode: z.string(),
  format: z.string(),
  report_period: z.string(),
  subscribed_at: time.optional(),
  unsubscribed_at: time.optional(),
  premium_until: time.optional(),
  expires_at: time.optional(),
});

const params = z.object({ chat_id: z.coerce.number().int() });

/** What an operator does to a subscription: subscribe a channel, make somebody premium. The chat must be known to the bot. */
export function subscriberRoutes(signals: Signals): FastifyPluginAsync {
  const { db, accounts } = signals;
  const known = async (chatId: number) => {
    const chat = await accounts.chatById(db, chatId);
    if (chat === undefined) throw new AppError(unknownSubscriber);
    return chat;
  };
  return async (plain) => {
    const app = plain.withTypeProvider<ZodTypeProvider>();
    const shared = {
      tags: ["signals"],
      security: needsApiKey,
      params,
      response: { 200: subscriberSchema, ...problems },
    };
    const preHandler = app.requireScope("signals:admin");
    app.get(
      "/signals/subscribers/:chat_id",
      { preHandler, schema: { ...shared, summary: "The subscription of a chat" } },
      async ({ params: { chat_id: chatId } }) => {
        await known(chatId);
        return present(await readSubscription(db, chatId));
      },
    );
    app.put(
      "/signals/subscribers/:chat_id",
      { preHandler, schema: { ...shared, summary: "Change the subscription of a chat; what is absent stays", body } },
      async (request, _reply) => {
        const { chat_id: chatId } = request.params;
        const chat = await known(chatId);
        const isShared = chat.type !== "private";
        return await inTransaction(db, async (tx) => {
          await apply(signals, tx, { chatId, userId: chat.userId, isShared, change: request.body });
          await accounts.audit(tx, {
            actor: `api-key:${request.apiKey?.name ?? "unknown"}`,
            action: "signals.subscription_changed",
            subject: `chat:${chatId}`,
            after: request.body,
            origin: "http",
          });
          return present(await readSubscription(tx, chatId));
        });
      },
    );
  };
}

interface Change {
  readonly chatId: number;
  readonly userId: number | undefined;
  readonly isShared: boolean;
  readonly change: Body;
}

async function apply(signals: Signals, tx: Tx, { chatId, userId, isShared, change }: Change): Promise<void> {
  const now = signals.clock.now();
  await changeSubscription(signals, tx, { chatId, userId, change: wishesOf(change) });
  if (change.premium_until !== undefined) await setPremium(tx, { chatId, until: dateOf(change.premium_until), now });
  if (change.active === true) {
    const { language = "en", time_zone: timeZone = "UTC" } = change;
    await subscribe(signals, tx, { chatId, userId, ...(isShared && { shared: { language, timeZone } }) });
  }
  if (change.active === false) await unsubscribe(signals, tx, chatId);
  if (change.expires_at !== undefined) await setSubscriptionEnd(tx, { chatId, until: dateOf(change.expires_at), now });
}

function wishesOf(change: Body): SubscriptionChange {
  const { hours } = change;
  const given = {
    types: change.types,
    minConfidence: change.min_confidence,
    assets: change.assets,
    timeframes: change.timeframes,
    models: change.models,
    hoursMode: change.hours_mode,
    format: change.format,
    reportPeriod: change.report_period,
  };
  const wishes: SubscriptionChange = Object.fromEntries(Object.entries(given).filter(([, wish]) => wish !== undefined));
  if (hours === undefined) return wishes;
  return { ...wishes, hours: hours === null ? undefined : { from: minutesOf(hours.from), to: minutesOf(hours.to) } };
}

function dateOf(given: string | null): Date | undefined {
  return given === null ? undefined : new Date(given);
}

function minutesOf(clock: string): number {
  const [hours = "", minutes = ""] = clock.split(":");
  return Number(hours) * 60 + Number(minutes);
}

function clockOf(minutes: number): string {
  return `${String(Math.floor(minutes / 60)).padStart(2, "0")}:${String(minutes % 60).padStart(2, "0")}`;
}

function present(subscription: Subscription): z.input<typeof subscriberSchema> {
  const { hours } = subscription;
  return {
    chat_id: subscription.chatId,
    active: subscription.active,
    types: [...subscription.types],
    min_confidence: subscription.minConfidence,
    assets: [...subscription.assets],
    timeframes: [...subscription.timeframes],
    models: [...subscription.models],
    muted_assets: [...subscription.mutedAssets],
    hours: hours && { from: clockOf(hours.from), to: clockOf(hours.to) },
    hours_mode: subscription.hoursMode,
    format: subscription.format,
    report_period: subscription.reportPeriod,
    subscribed_at: subscription.subscribedAt?.toISOString(),
    unsubscribed_at: subscription.unsubscribedAt?.toISOString(),
    premium_until: subscription.premiumUntil?.toISOString(),
    expires_at: subscription.expiresAt?.toISOString(),
  };
}
