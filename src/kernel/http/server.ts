import httpProxy from "@fastify/http-proxy";
import rateLimit from "@fastify/rate-limit";
import { type FastifyBaseLogger, type FastifyInstance, type FastifyPluginAsync, fastify, LogController } from "fastify";
import { serializerCompiler, validatorCompiler } from "fastify-type-provider-zod";

import type { Accounts } from "../accounts/index.ts";
import type { Db } from "../db/index.ts";
import type { Clock } from "../lib/clock.ts";
import { AppError } from "../lib/errors.ts";
import type { Ids } from "../lib/ids.ts";
import type { Histogram, Logger, Metrics } from "../observability/index.ts";
import { makeRequireScope, presentedKey } from "./auth.ts";
import { notFound } from "./errors.ts";
import { registerOpenApi } from "./openapi.ts";
import { sendProblem } from "./problem.ts";
import { createSignIn, looksLikeToken, type SignInRules } from "./sign-in.ts";
import { makeWebUsers, type WebUsers } from "./web-user.ts";

export interface HttpDeps {
  readonly db: Db;
  readonly accounts: Accounts;
  readonly clock: Clock;
  readonly ids: Ids;
  readonly log: Logger;
  readonly metrics: Metrics;
  /** Addresses of reverse proxies whose `X-Forwarded-For` is believed; nobody's otherwise. */
  readonly proxies: readonly string[];
  /** Requests per minute and key or web user, or per address without either. */
  readonly requestsPerMinute: number;
  /** How web users are known; without it none is. */
  readonly signIn?: SignInRules;
  /** The sandbox's own server: `/sandbox` shows it here too, so that one address is enough. */
  readonly sandboxUrl?: string | undefined;
  /** Each in a scope of its own. */
  readonly routes: readonly FastifyPluginAsync[];
  /** The features', mounted at `/api`. */
  readonly apiRoutes: readonly FastifyPluginAsync[];
}

/** Ordinary bodies; routes that take pictures say so themselves. */
const bodyLimit = 1024 * 1024;

/** The HTTP server with everything that all routes share; the caller listens and closes. */
export async function createHttpServer(deps: HttpDeps): Promise<FastifyInstance> {
  const { ids, log, metrics } = deps;
  const ownLog = log.child({ module: "http" });
  const logger: FastifyBaseLogger = ownLog;
  const app = fastify({
    loggerInstance: logger,
    // One line per finished request is written below: the default prints URLs, and some URLs carry secrets.
    logController: new LogController({ disableRequestLogging: true, requestIdLogLabel: "requestId" }),
    genReqId: ({ headers }) => requestId(headers["x-request-id"], ids),
    trustProxy: deps.proxies.length === 0 ? false : [...deps.proxies],
    bodyLimit,
    requestTimeout: 30_000,
    connectionTimeout: 60_000,
    keepAliveTimeout: 65_000,
    routerOptions: { maxParamLength: 500 },
    return503OnClosing: true,
    forceCloseConnections: "idle",
  });
  app.setValidatorCompiler(validatorCompiler);
  app.setSerializerCompiler(serializerCompiler);
  app.setErrorHandler((error, request, reply) => sendProblem(error, request, reply));
  app.decorateRequest("apiKey", undefined);
  app.decorate("requireScope", makeRequireScope(deps));
  const webUsers = makeWebUsers(createSignIn({ ...deps, ...deps.signIn, log: ownLog }));
  app.decorateRequest("webUser", undefined);
  app.decorate("requireSignIn", webUsers.requireSignIn);
  observeRequests(app, metrics);
  await limitRates(app, deps.requestsPerMinute, webUsers);
  app.setNotFoundHandler({ preHandler: app.rateLimit() }, (request, reply) =>
    sendProblem(new AppError(notFound), request, reply),
  );
  await registerOpenApi(app);
  if (deps.sandboxUrl !== undefined) {
    await app.register(httpProxy, {
      upstream: deps.sandboxUrl,
      prefix: "/sandbox",
      rewritePrefix: "/sandbox",
      websocket: true,
      config: { rateLimit: false },
      logLevel: "warn",
    });
  }
  for (const routes of deps.routes) await app.register(routes);
  for (const routes of deps.apiRoutes) await app.register(routes, { prefix: "/api" });
  return await app;
}

function requestId(given: string | string[] | undefined, ids: Ids): string {
  return typeof given === "string" && /^[\w-]{8,64}$/.test(given) ? given : ids.next();
}

function observeRequests(app: FastifyInstance, metrics: Metrics): void {
  const seconds: Histogram = metrics.histogram({
    name: "telecast_http_request_seconds",
    help: "Time from request to answer",
    labels: ["method", "route", "status"],
  });
  app.addHook("onRequest", async (request, reply) => {
    void reply.headers({ "x-request-id": request.id, "x-content-type-options": "nosniff" });
  });
  app.addHook("onResponse", async (request, reply) => {
    const route = request.routeOptions.url ?? "unknown";
    const ms = Math.round(reply.elapsedTime * 10) / 10;
    seconds.observe({ method: request.method, route, status: String(reply.statusCode) }, reply.elapsedTime / 1000);
    request.log.debug({ method: request.method, route, status: reply.statusCode, ms }, "request answered");
  });
}

/** Each key, each web user, and each address without one has a budget of its own. */
async function limitRates(app: FastifyInstance, max: number, webUsers: WebUsers): Promise<void> {
  await app.register(rateLimit, {
    global: true,
    max,
    timeWindow: 60_000,
    // Wrong keys are counted by address besides (`guesses.ts`): here each would have a budget of its own.
    keyGenerator: async (request) => {
      const key = presentedKey(request);
      if (key !== undefined && looksLikeToken(key)) {
        // Whoever makes up tokens stays with the budget of his address.
        const known = await webUsers.identify(request);
        return known.ok ? `web ${known.user.subject}` : request.ip;
      }
      return key === undefined ? request.ip : `${request.ip} ${key.slice(0, 12)}`;
    },
  });
}
