import type { FastifyPluginAsync } from "fastify";
import type { ZodTypeProvider } from "fastify-type-provider-zod";
import { sql } from "kysely";
import { z } from "zod";

import { inTransaction, type Tx } from "#kernel/db/index.ts";
import type { Kernel } from "#kernel/feature.ts";
import { problemSchema } from "#kernel/http/index.ts";
import { AppError } from "#kernel/lib/errors.ts";
import type { VideoProvider } from "#providers/video/port.ts";

import type { Advance, JobFollowUp } from "../advance.ts";
import { hashCallbackToken } from "../callback-token.ts";
import { callbackRefused } from "../errors.ts";
import { lockJob } from "../job.ts";
import { hearCallback } from "../lost-answer.ts";

export interface CallbackDeps extends Pick<Kernel, "db" | "clock" | "settings"> {
  readonly advance: Advance;
  readonly followUp: Pick<JobFollowUp, "nudge">;
  readonly providers: ReadonlyMap<string, VideoProvider>;
}

const bodyLimit = 256 * 1024;

/**
 * `POST /api/callbacks/{provider}/{token}`: a provider says that something has happened. The token finds the job, the
 * signature proves the sender, and all that follows is a look at the provider: what the body says is not believed.
 * Everything that is not right gets the same 404.
 */
export function callbackRoutes(deps: CallbackDeps): FastifyPluginAsync {
  return async (plain) => {
    const app = plain.withTypeProvider<ZodTypeProvider>();
    // Signatures are over the bytes as they came, whatever type they claim.
    app.removeAllContentTypeParsers();
    app.addContentTypeParser("*", { parseAs: "buffer", bodyLimit }, (_request, body, done) => {
      done(null, body);
    });
    app.post(
      "/callbacks/:provider/:token",
      {
        schema: {
          summary: "Callbacks of video providers",
          tags: ["studio"],
          params: z.object({ provider: z.string(), token: z.string() }),
          response: { 200: z.object({}), "4xx": problemSchema },
        },
      },
      async ({ params, headers, body }) => {
        const provider = deps.providers.get(params.provider);
        const raw = Buffer.isBuffer(body) ? body : Buffer.alloc(0);
        const verdict = await provider?.verifyCallback?.(headers, raw);
        if (provider === undefined || verdict?.ok !== true) throw new AppError(callbackRefused);
        const callback: Callback = { ...verdict, provider, token: params.token };
        const known = await inTransaction(deps.db, async (tx) => await receive(deps, tx, callback));
        if (!known) throw new AppError(callbackRefused);
        return {};
      },
    );
  };
}

interface Callback {
  readonly provider: VideoProvider;
  readonly token: string;
  readonly replayKey: string;
  /** What the provider calls the job, where it says so. */
  readonly reference?: string;
}

/** @returns false for a token of no running job, and for a callback that came before. */
async function receive(deps: CallbackDeps, tx: Tx, { provider, token, ...callback }: Callback): Promise<boolean> {
  const { clock, followUp } = deps;
  const { rows } = await sql<{ id: string }>`
    select id from studio.job
    where callback_token_hash = ${hashCallbackToken(token)} and provider = ${provider.id} and finished_at is null`.execute(
    tx,
  );
  const [found] = rows;
  if (found === undefined) return false;
  const { numAffectedRows } = await sql`
    insert into studio.callback (provider, id, received_at)
    values (${provider.id}, ${`${found.id}:${callback.replayKey}`}, ${clock.now()})
    on conflict (provider, id) do nothing`.execute(tx);
  if (numAffectedRows !== 1n) return false;
  const job = callback.reference === undefined ? undefined : await lockJob(tx, found.id);
  if (job !== undefined && callback.reference !== undefined) {
    await hearCallback(deps, tx, { job, provider, name: callback.reference });
  }
  await followUp.nudge(tx, found.id);
  return true;
}
