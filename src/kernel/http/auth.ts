import type { FastifyRequest, preHandlerAsyncHookHandler } from "fastify";

import type { Accounts, ApiKey } from "../accounts/index.ts";
import type { Db } from "../db/index.ts";
import type { Clock } from "../lib/clock.ts";
import { AppError } from "../lib/errors.ts";
import { missingScope, tooManyRequests, unauthorized } from "./errors.ts";
import { createGuesses } from "./guesses.ts";

declare module "fastify" {
  interface FastifyRequest {
    /** Set by `requireScope`. */
    apiKey: ApiKey | undefined;
  }
  interface FastifyInstance {
    /** Refuses requests without a live key that has the scope (or `*`). For a route's `preHandler`. */
    requireScope: (scope: string) => preHandlerAsyncHookHandler;
  }
}

export interface AuthDeps {
  readonly db: Db;
  readonly accounts: Accounts;
  readonly clock: Clock;
}

export function makeRequireScope({ db, accounts, clock }: AuthDeps): (scope: string) => preHandlerAsyncHookHandler {
  const guesses = createGuesses(clock);
  return (scope) => async (request, reply) => {
    const seconds = guesses.waitSeconds(request.ip);
    if (seconds !== undefined) {
      void reply.header("retry-after", seconds);
      throw new AppError(tooManyRequests, { seconds });
    }
    const key = presentedKey(request);
    const apiKey = key === undefined ? undefined : await accounts.apiKeys.verify(db, key, request.ip);
    if (apiKey === undefined) {
      guesses.failed(request.ip);
      throw new AppError(unauthorized);
    }
    if (!hasScope(apiKey, scope)) throw new AppError(missingScope, { scope });
    request.apiKey = apiKey;
  };
}

/** The key of `Authorization: Bearer <key>`, else of `X-API-Key`. Never from the URL: URLs are logged. */
export function presentedKey(request: FastifyRequest): string | undefined {
  const bearer = /^Bearer (\S+)$/i.exec(request.headers.authorization ?? "")?.[1];
  if (bearer !== undefined) return bearer;
  const header = request.headers["x-api-key"];
  return typeof header === "string" ? header : undefined;
}

/** A scope `signals:*` covers `signals:write`; `*` covers everything. */
function hasScope({ scopes }: ApiKey, wanted: string): boolean {
  const family = `${wanted.split(":")[0] ?? ""}:*`;
  return scopes.some((scope) => scope === "*" || scope === wanted || scope === family);
}
