import type { FastifyPluginAsync, FastifyRequest } from "fastify";
import type { ZodTypeProvider } from "fastify-type-provider-zod";
import { z } from "zod";

import type { Tx } from "#kernel/db/index.ts";
import { type Answer, idempotently, needsApiKey } from "#kernel/http/index.ts";

import { checkSignal } from "../check-signal.ts";
import type { Signals } from "../make-signals.ts";
import { publishSignal } from "../publish.ts";
import { bulkBody, imageOf, newSignalOf, problems, publishedSchema, signalBody, type SignalBody } from "./schemas.ts";
import { writerOf } from "./writer.ts";

/** A picture of 5 MB in base64, or hundreds of signals with candles. */
const bodyLimit = 10 * 1024 * 1024;

const bulkAnswer = z.object({ signals: z.array(publishedSchema) });

/** `POST /api/signals` and `POST /api/signals/bulk`. */
export function publishRoutes(signals: Signals): FastifyPluginAsync {
  const { db } = signals;
  return async (plain) => {
    const app = plain.withTypeProvider<ZodTypeProvider>();
    const shared = { tags: ["signals"], security: needsApiKey };
    app.post(
      "/signals",
      {
        bodyLimit,
        preHandler: app.requireScope("signals:write"),
        schema: {
          ...shared,
          summary: "Send a signal to everybody whose subscription it passes",
          body: signalBody,
          response: { 201: publishedSchema, ...problems },
        },
      },
      async (request, reply) => {
        const { body } = request;
        checkSignal(newSignalOf(body), { now: signals.clock.now() });
        const send = await prepare(signals, request, body);
        const answer = await idempotently(db, request, async (tx): Promise<Answer> => {
          return { status: 201, body: await send(tx) };
        });
        return await reply.code(201).send(answer.body as z.output<typeof publishedSchema>);
      },
    );
    app.post(
      "/signals/bulk",
      {
        bodyLimit,
        preHandler: app.requireScope("signals:write"),
        schema: {
          ...shared,
          summary: "Send up to 500 signals, all or none",
          body: bulkBody,
          response: { 201: bulkAnswer, ...problems },
        },
      },
      async (request, reply) => {
        const { signals: given } = request.body;
        const now = signals.clock.now();
        for (const [index, body] of given.entries()) {
          checkSignal(newSignalOf(body), { now, where: `signals.${index}.` });
        }
        const sends: ((tx: Tx) => Promise<z.output<typeof publishedSchema>>)[] = [];
        for (const body of given) sends.push(await prepare(signals, request, body));
        const answer = await idempotently(db, request, async (tx): Promise<Answer> => {
          const published = [];
          for (const send of sends) published.push(await send(tx));
          return { status: 201, body: { signals: published } };
        });
        return await reply.code(201).send(answer.body as z.output<typeof bulkAnswer>);
      },
    );
  };
}

/** What takes time and no transaction. @returns what belongs into one. */
async function prepare(
  signals: Signals,
  request: FastifyRequest,
  body: SignalBody,
): Promise<(tx: Tx) => Promise<z.output<typeof publishedSchema>>> {
  const source = await writerOf(signals.db, request, body.source);
  const signal = newSignalOf(body);
  const media = await signals.makeMedia.prepare(signal, imageOf(body));
  return async (tx) => {
    await signals.makeMedia.keep(tx, media);
    return await publishSignal(signals, tx, { source, signal, media });
  };
}
