import { decodeProtectedHeader, errors, type JWTPayload, jwtVerify, type JWTVerifyOptions } from "jose";

import type { Clock } from "../lib/clock.ts";
import { toError } from "../lib/errors.ts";
import type { Secret } from "../lib/secret.ts";
import type { Logger } from "../observability/index.ts";
import { createKeySet, KeysUnavailable } from "./key-set.ts";

/** Somebody who signed in to the web app whose tokens we are told to believe. */
export interface WebUser {
  /** The claim `sub`. */
  readonly subject: string;
  /** The claim `role` is `admin`. */
  readonly isAdmin: boolean;
}

/** Whom to believe. Without a secret and a URL nobody. */
export interface SignInRules {
  /** `JWT_SECRET`: HS256. */
  readonly secret?: Secret | undefined;
  /** `JWT_JWKS_URL`: RS256, ES256, EdDSA. */
  readonly keySetUrl?: string | undefined;
  /** `JWT_AUDIENCE`. */
  readonly audience?: string | undefined;
  /** `JWT_ISSUER`. */
  readonly issuer?: string | undefined;
}

export type Identified =
  | { readonly ok: true; readonly user: WebUser }
  /** `unavailable`: the service's keys cannot be read now. */
  | { readonly ok: false; readonly reason: "off" | "invalid" | "expired" | "unavailable" };

/** Checks a token. Never rejects. */
export type SignIn = (token: string) => Promise<Identified>;

export interface SignInDeps extends SignInRules {
  readonly clock: Clock;
  readonly log: Logger;
}

/** Far more than claims need; what is longer is not even decoded. */
const longestToken = 8192;
const longestSubject = 255;
/** Between the clock of whoever signs and ours. */
const clockSkewSeconds = 60;
/** Not, for example, a refresh or a logout token of the same service. */
const tokenTypes: ReadonlySet<string> = new Set(["jwt", "at+jwt", "application/jwt", "application/at+jwt"]);

/** Whether it has the shape of a JWT, which no API key has. */
export function looksLikeToken(text: string): boolean {
  return text.length > 20 && text.split(".").length === 3;
}

/**
 * Each family of algorithms has its own keys, and each key its own short list of algorithms: the token's word on how it
 * is to be checked (`alg`, `jku`, `jwk`) never decides which key is believed.
 */
export function createSignIn({ secret, keySetUrl, audience, issuer, clock, log }: SignInDeps): SignIn {
  const sharedKey = secret && new TextEncoder().encode(secret.reveal());
  const publicKeys = keySetUrl === undefined ? undefined : createKeySet({ url: keySetUrl, clock, log });

  const check = async (token: string): Promise<JWTPayload | undefined> => {
    const { alg, typ } = decodeProtectedHeader(token);
    if (typ !== undefined && !tokenTypes.has(typ.toLowerCase())) return undefined;
    const options: JWTVerifyOptions = {
      requiredClaims: ["exp", "sub"],
      clockTolerance: clockSkewSeconds,
      currentDate: clock.now(),
      ...(audience !== undefined && { audience }),
      ...(issuer !== undefined && { issuer }),
    };
    if (alg === "HS256") {
      if (sharedKey === undefined) return undefined;
      return (await jwtVerify(token, sharedKey, { ...options, algorithms: ["HS256"] })).payload;
    }
    if (publicKeys === undefined) return undefined;
    return (await jwtVerify(token, publicKeys, { ...options, algorithms: ["RS256", "ES256", "EdDSA"] })).payload;
  };

  return async (token) => {
    if (sharedKey === undefined && publicKeys === undefined) return { ok: false, reason: "off" };
    if (token.length > longestToken) return { ok: false, reason: "invalid" };
    try {
      const payload = await check(token);
      const user = payload && userFrom(payload);
      return user === undefined ? { ok: false, reason: "invalid" } : { ok: true, user };
    } catch (error) {
      if (error instanceof KeysUnavailable) return { ok: false, reason: "unavailable" };
      if (error instanceof errors.JWTExpired) return { ok: false, reason: "expired" };
      // Refused tokens are everyday; a key that cannot be used is the service's mistake.
      if (!(error instanceof errors.JOSEError)) {
        log.debug({ err: toError(error).message }, "a token could not be checked");
      }
      return { ok: false, reason: "invalid" };
    }
  };
}

function userFrom({ sub: subject, role }: JWTPayload): WebUser | undefined {
  if (typeof subject !== "string" || subject === "" || subject.length > longestSubject) return undefined;
  // It is stored, and compared with what is stored.
  if (!subject.isWellFormed() || subject.includes("\0")) return undefined;
  return { subject, isAdmin: role === "admin" };
}
