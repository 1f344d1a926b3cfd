import { createHash } from "node:crypto";

import type { FastifyPluginAsync } from "fastify";
import type { ZodTypeProvider } from "fastify-type-provider-zod";
import { sql } from "kysely";
import { z } from "zod";

import { inTransaction, type Tx } from "#kernel/db/index.ts";
import { AppError } from "#kernel/lib/errors.ts";

import { checkSignal } from "../check-signal.ts";
import { hookRefused, unreadableHook } from "../errors.ts";
import type { Signals } from "../make-signals.ts";
import { publishSignal } from "../publish.ts";
import { sourceOfHook } from "../sources.ts";
import { newSignalOf, problems, publishedSchema, signalFields } from "./schemas.ts";

const bodyLimit = 64 * 1024;
const answerSchema = publishedSchema.extend({
  repeated: z.boolean().describe("the same alert had come before: nothing was sent"),
});

/** What a chart's alert can say. The source is the hook's; candles it cannot send. */
const { source: _source, candles: _candles, ...fields } = signalFields;
const alertSchema = z.strictObject(fields);

/**
 * `POST /api/hooks/tradingview/{token}`: the message of an alert, JSON whatever type it claims (TradingView sends
 * `text/plain` unless it finds the message to be valid JSON). The same message again is the same alert: TradingView
 * repeats what it believes to have failed.
 */
export function tradingViewRoutes(signals: Signals): FastifyPluginAsync {
  const { db, clock } = signals;
  return async (plain) => {
    const app = plain.withTypeProvider<ZodTypeProvider>();
    app.removeAllContentTypeParsers();
    app.addContentTypeParser("*", { parseAs: "buffer", bodyLimit }, (_request, body, done) => {
      done(null, body);
    });
    app.post(
      "/hooks/tradingview/:token",
      {
        schema: {
          tags: ["signals"],
          summary: "Alerts of TradingView",
          params: z.object({ token: z.string().max(100) }),
          response: { 201: answerSchema, ...problems },
        },
      },
      async (request, reply) => {
        const source = await sourceOfHook(db, request.params.token);
        if (source === undefined) throw new AppError(hookRefused);
        const raw = Buffer.isBuffer(request.body) ? request.body : Buffer.alloc(0);
        const signal = readAlert(raw);
        checkSignal(signal, { now: clock.now() });
        const answer = await inTransaction(db, async (tx) => {
          const hash = createHash("sha256").update(raw).digest();
          const before = await rememberCall(tx, { source, hash, now: clock.now() });
          if (before !== undefined) return { ...before, repeated: true };
          const published = await publishSignal(signals, tx, { source, signal });
          await sql`
            update signals.hook_call set signal_id = ${published.id} where source = ${source} and hash = ${hash}`.execute(
            tx,
          );
          return { ...published, repeated: false };
        });
        return await reply.code(201).send(answer);
      },
    );
  };
}

function readAlert(raw: Buffer) {
  const parsed = alertSchema.safeParse(tidy(parseJson(raw.toString("utf8"))));
  if (parsed.success) return newSignalOf(parsed.data);
  const [issue] = parsed.error.issues;
  const field = issue?.path.join(".") ?? "";
  throw new AppError(unreadableHook, {
    problem: `${field === "" ? "" : `${field}: `}${issue?.message ?? "something else"}`,
    ...(field !== "" && { field, expected: issue?.message ?? "another value" }),
  });
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    // What is wrong with it in a parser's words helps nobody, and may quote the message.
    throw new AppError(unreadableHook, { problem: "it is not JSON (are all texts in quotes?)" });
  }
}

/** Placeholders that had nothing to say leave empty texts behind; numbers come as texts. */
function tidy(value: unknown): unknown {
  if (typeof value !== "object" || value === null || Array.isArray(value)) return value;
  const kept = Object.entries(value)
    .map(([name, each]): [string, unknown] => [name, Array.isArray(each) ? each.filter((item) => item !== "") : each])
    .filter(([, each]) => each !== "" && each !== null);
  return Object.fromEntries(kept.map(([name, each]) => [name, tidyField(name, each)]));
}

function tidyField(name: string, value: unknown): unknown {
  if (typeof value !== "string") return value;
  const text = value.trim();
  if (name === "confidence" && /^\d+(\.\d+)?$/.test(text)) return Number(text);
  return name === "type" ? text.toLowerCase() : text;
}

/** @returns what came of the same message before. Concurrent ones wait here for each other. */
async function rememberCall(
  tx: Tx,
  { source, hash, now }: { readonly source: string; readonly hash: Buffer; readonly now: Date },
): Promise<z.output<typeof publishedSchema> | undefined> {
  const { numAffectedRows } = await sql`
    insert into signals.hook_call (source, hash, at) values (${source}, ${hash}, ${now})
    on conflict (source, hash) do nothing`.execute(tx);
  if (numAffectedRows === 1n) return undefined;
  const { rows } = await sql<{ id: number; reached: number }>`
    select signal.id, signal.reached from signals.hook_call as call
    join signals.signal on signal.id = call.signal_id
    where call.source = ${source} and call.hash = ${hash}`.execute(tx);
  return rows[0];
}
