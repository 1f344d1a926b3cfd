import type { FastifyPluginAsync } from "fastify";
import type { ZodTypeProvider } from "fastify-type-provider-zod";
import { z } from "zod";

import { inTransaction } from "#kernel/db/index.ts";
import { needsApiKey } from "#kernel/http/index.ts";
import { AppError } from "#kernel/lib/errors.ts";

import { unknownApiKey, unknownSource } from "../errors.ts";
import type { Signals } from "../make-signals.ts";
import { listSources, renewHook, saveSource } from "../sources.ts";
import { problems, sourceName } from "./schemas.ts";

const time = z.iso.datetime();
const sourceSchema = z.object({
  name: z.string(),
  expected_minutes: z.int().optional(),
  has_hook: z.boolean(),
  last_signal_at: time.optional(),
  silent_since: time.optional().describe("since when the admins know"),
  api_keys: z.array(z.string()).describe("prefixes of the keys that write as this source and no other"),
});

const body = z.strictObject({
  expected_minutes: z
    .int()
    .min(1)
    .max(525_600)
    .nullable()
    .default(null)
    .describe("a longer silence is told to the admins, once; null: nothing is expected"),
  api_keys: z.array(z.string().max(40)).max(20).optional().describe("prefixes; absent: they stay as they are"),
});

const params = z.object({ name: sourceName });

/** Who makes signals: what is expected of them, which keys are theirs, and their hooks. */
export function sourceRoutes(signals: Signals): FastifyPluginAsync {
  const { db, accounts } = signals;
  const read = async (): Promise<readonly z.input<typeof sourceSchema>[]> => {
    const keys = new Map((await accounts.apiKeys.list(db)).map(({ id, prefix }) => [id, prefix]));
    return (await listSources(db)).map((source) => ({
      name: source.name,
      expected_minutes: source.expectedMinutes,
      has_hook: source.hasHook,
      last_signal_at: source.lastSignalAt?.toISOString(),
      silent_since: source.silentSince?.toISOString(),
      api_keys: source.apiKeyIds.flatMap((id) => keys.get(id) ?? []),
    }));
  };
  const keyIds = async (prefixes: readonly string[]): Promise<readonly number[]> => {
    const keys = await accounts.apiKeys.list(db);
    return prefixes.map((prefix) => {
      const key = keys.find((each) => each.prefix === prefix && each.revokedAt === undefined);
      if (key === undefined)
        throw new AppError(unknownApiKey, { prefix, field: "api_keys", expected: "prefixes of live keys" });
      return key.id;
    });
  };
  return async (plain) => {
    const app = plain.withTypeProvider<ZodTypeProvider>();
    const shared = { tags: ["signals"], security: needsApiKey };
    const preHandler = app.requireScope("signals:admin");
    app.get(
      "/signals/sources",
      {
        preHandler,
        schema: {
          ...shared,
          summary: "Sources of signals",
          response: { 200: z.object({ sources: z.array(sourceSchema) }), ...problems },
        },
      },
      async () => ({ sources: [...(await read())] }),
    );
    app.put(
      "/signals/sources/:name",
      {
        preHandler,
        schema: {
          ...shared,
          summary: "Make or change a source",
          params,
          body,
          response: { 200: sourceSchema, ...problems },
        },
      },
      async (request, _reply) => {
        const { name } = request.params;
        const { expected_minutes: expected, api_keys: prefixes } = request.body;
        const apiKeyIds = prefixes && (await keyIds(prefixes));
        await inTransaction(db, async (tx) => {
          await saveSource(tx, { name, expectedMinutes: expected ?? undefined, apiKeyIds });
          await accounts.audit(tx, {
            actor: `api-key:${request.apiKey?.name ?? "unknown"}`,
            action: "signals.source_changed",
            subject: `source:${name}`,
            after: request.body,
            origin: "http",
          });
        });
        const source = (await read()).find((each) => each.name === name);
        if (source === undefined) throw new Error("a source that was written did not come back");
        return source;
      },
    );
    await app.register(hookRoute(signals));
  };
}

function hookRoute(signals: Signals): FastifyPluginAsync {
  return async (plain) => {
    const app = plain.withTypeProvider<ZodTypeProvider>();
    const shared = { tags: ["signals"], security: needsApiKey };
    const preHandler = app.requireScope("signals:admin");
    app.post(
      "/signals/sources/:name/hook",
      {
        preHandler,
        schema: {
          ...shared,
          summary: "Make a TradingView hook for a source; the one before works no more",
          params,
          response: { 201: z.object({ url: z.string().describe("shown this once") }), ...problems },
        },
      },
      async (request, reply) => {
        const { name } = request.params;
        const token = await inTransaction(signals.db, async (tx) => await renewHook(tx, signals.ids, name));
        if (token === undefined) throw new AppError(unknownSource, { source: name });
        return await reply.code(201).send({ url: `${signals.publicUrl()}/api/hooks/tradingview/${token}` });
      },
    );
  };
}
