import type { FastifyRequest, preHandlerAsyncHookHandler } from "fastify";

import { AppError } from "../lib/errors.ts";
import { presentedKey } from "./auth.ts";
import { adminsOnly, signInNeeded, signInOff, signInUnavailable, tokenExpired } from "./errors.ts";
import type { Identified, SignIn, WebUser } from "./sign-in.ts";

declare module "fastify" {
  interface FastifyRequest {
    /** Set by `requireSignIn`. */
    webUser: WebUser | undefined;
  }
  interface FastifyInstance {
    /** Refuses requests without a valid token of a web user, or of an admin. For a route's `preHandler`. */
    requireSignIn: (role?: "admin") => preHandlerAsyncHookHandler;
  }
}

export interface WebUsers {
  /** Who sends the request; checked once, however often it is asked. */
  readonly identify: (request: FastifyRequest) => Promise<Identified>;
  readonly requireSignIn: (role?: "admin") => preHandlerAsyncHookHandler;
}

const refusals = {
  off: signInOff,
  invalid: signInNeeded,
  expired: tokenExpired,
  unavailable: signInUnavailable,
} as const;

export function makeWebUsers(signIn: SignIn): WebUsers {
  const known = new WeakMap<FastifyRequest, Promise<Identified>>();

  const identify = async (request: FastifyRequest): Promise<Identified> => {
    const token = presentedKey(request);
    if (token === undefined) return { ok: false, reason: "invalid" };
    const checked = known.get(request) ?? signIn(token);
    known.set(request, checked);
    return await checked;
  };

  return {
    identify,
    requireSignIn: (role) => async (request, reply) => {
      const who = await identify(request);
      if (!who.ok) {
        if (who.reason === "unavailable") void reply.header("retry-after", 5);
        else void reply.header("www-authenticate", "Bearer");
        throw new AppError(refusals[who.reason]);
      }
      if (role === "admin" && !who.user.isAdmin) throw new AppError(adminsOnly);
      request.webUser = who.user;
    },
  };
}

/** `request.webUser` of a route that has `requireSignIn`. @throws when it has not: a mistake of the route. */
export function signedIn(webUser: WebUser | undefined): WebUser {
  if (webUser === undefined) throw new Error("this route does not require a sign-in");
  return webUser;
}
