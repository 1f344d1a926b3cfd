import assert from "node:assert/strict";
import { createServer, type IncomingMessage, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import { beforeEach, test } from "node:test";

import { base64url, type CryptoKey, exportJWK, exportSPKI, generateKeyPair, type JWTPayload, SignJWT } from "jose";

import { manualClock } from "#kernel/lib/manual-clock.ts";
import { Secret } from "#kernel/lib/secret.ts";
import { silentLogger } from "#kernel/observability/index.ts";
import { cleanUp } from "#test/support/clean-up.ts";

import { createSignIn, type Identified, type SignIn, type SignInRules } from "./sign-in.ts";

const clock = manualClock(new Date("2026-11-21T12:00:00Z"));
const log = silentLogger();
const secretText = "a-secret-of-more-than-thirty-two-characters";
const secret = new TextEncoder().encode(secretText);

interface Signer {
  readonly kid: string;
  readonly alg: string;
  readonly privateKey: CryptoKey;
  readonly publicKey: CryptoKey;
}

async function signer(alg: string, kid = alg): Promise<Signer> {
  return { alg, kid, ...(await generateKeyPair(alg, { extractable: true })) };
}

const rsa = await signer("RS256");
const signers = [rsa, await signer("ES256"), await signer("EdDSA")];

/** What the sign-in service answers, and how often it was asked. */
let asked = 0;
let answer: (response: ServerResponse, request: IncomingMessage) => void = () => undefined;
const server = createServer((request, response) => {
  asked += 1;
  answer(response, request);
});
await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
cleanUp(async () => {
  server.closeAllConnections();
  await new Promise((resolve) => server.close(resolve));
});
const keySetUrl = `http://127.0.0.1:${(server.address() as AddressInfo).port}/jwks.json`;

async function publish(...given: readonly Signer[]): Promise<void> {
  const keys = await Promise.all(
    given.map(async ({ kid, alg, publicKey }) => ({ ...(await exportJWK(publicKey)), kid, alg, use: "sig" })),
  );
  answer = (response) => response.end(JSON.stringify({ keys }));
}

beforeEach(async () => {
  asked = 0;
  await publish(...signers);
});

const make = (rules: SignInRules): SignIn => createSignIn({ ...rules, clock, log });
const bySecret = (rules: SignInRules = {}): SignIn => make({ secret: new Secret(secretText), ...rules });
const byKeys = (rules: SignInRules = {}): SignIn => make({ keySetUrl, ...rules });

const nowSeconds = (): number => Math.floor(clock.now().getTime() / 1000);
const claims = (more: JWTPayload = {}): JWTPayload => ({ sub: "web-7", exp: nowSeconds() + 600, ...more });

async function hs256(payload: JWTPayload = claims(), typ = "JWT"): Promise<string> {
  return await new SignJWT(payload).setProtectedHeader({ alg: "HS256", typ }).sign(secret);
}

async function signedBy({ alg, kid, privateKey }: Signer, payload: JWTPayload = claims()): Promise<string> {
  return await new SignJWT(payload).setProtectedHeader({ alg, kid }).sign(privateKey);
}

const reasonOf = (result: Identified): string => (result.ok ? "ok" : result.reason);

test("a token signed with the secret names its user, who is an admin only by his role", async () => {
  const signIn = bySecret();
  assert.deepEqual(await signIn(await hs256()), { ok: true, user: { subject: "web-7", isAdmin: false } });
  for (const [role, isAdmin] of [
    ["admin", true],
    ["Admin", false],
    [["admin"], false],
    [true, false],
  ] as const) {
    assert.deepEqual(await signIn(await hs256(claims({ role }))), { ok: true, user: { subject: "web-7", isAdmin } });
  }
});

for (const each of signers) {
  test(`a token signed with ${each.alg} is checked with the published key`, async () => {
    const signIn = byKeys();
    assert.equal(reasonOf(await signIn(await signedBy(each))), "ok");
    const other = await signer(each.alg);
    assert.equal(reasonOf(await signIn(await signedBy(other))), "invalid");
  });
}

test("a token without a signature is refused, however it spells that", async () => {
  const encode = (value: unknown): string => base64url.encode(JSON.stringify(value));
  for (const alg of ["none", "None", "NONE", "", "HS512", "RS512", null]) {
    for (const signature of ["", "AAAA"]) {
      const token = `${encode({ alg, typ: "JWT" })}.${encode(claims())}.${signature}`;
      for (const signIn of [bySecret(), byKeys(), bySecret({ keySetUrl })]) {
        assert.equal(reasonOf(await signIn(token)), "invalid", `${alg}`);
      }
    }
  }
});

test("a token signed with HS256 and the public key as its secret is refused", async () => {
  const pem = new TextEncoder().encode(await exportSPKI(rsa.publicKey));
  const jwk = new TextEncoder().encode(JSON.stringify(await exportJWK(rsa.publicKey)));
  for (const key of [pem, jwk]) {
    const token = await new SignJWT(claims()).setProtectedHeader({ alg: "HS256", kid: rsa.kid }).sign(key);
    for (const signIn of [byKeys(), bySecret({ keySetUrl })]) assert.equal(reasonOf(await signIn(token)), "invalid");
  }
});

test("a key that comes with the token is not believed", async () => {
  const own = await signer("ES256");
  const jwk = await exportJWK(own.publicKey);
  const token = await new SignJWT(claims())
    .setProtectedHeader({ alg: "ES256", kid: own.kid, jwk, jku: "http://127.0.0.1:9/keys" })
    .sign(own.privateKey);
  assert.equal(reasonOf(await byKeys()(token)), "invalid");
});

test("an expired token is told apart, a minute of skew is allowed, and a token without an end is refused", async () => {
  const signIn = bySecret();
  const at = async (exp: number | undefined): Promise<string> =>
    reasonOf(await signIn(await hs256({ sub: "web-7", ...(exp !== undefined && { exp: nowSeconds() + exp }) })));
  assert.equal(await at(-50), "ok");
  assert.equal(await at(-70), "expired");
  assert.equal(await at(undefined), "invalid");
  assert.equal(reasonOf(await signIn(await hs256(claims({ nbf: nowSeconds() + 50 })))), "ok");
  assert.equal(reasonOf(await signIn(await hs256(claims({ nbf: nowSeconds() + 70 })))), "invalid");
});

test("audience and issuer are checked when they are set", async () => {
  const strict = bySecret({ audience: "telecast", issuer: "https://id.example.org/" });
  const right = { aud: ["other", "telecast"], iss: "https://id.example.org/" };
  assert.equal(reasonOf(await strict(await hs256(claims(right)))), "ok");
  assert.equal(reasonOf(await strict(await hs256(claims({ ...right, aud: "other" })))), "invalid");
  assert.equal(reasonOf(await strict(await hs256(claims({ ...right, iss: "https://evil.example.org/" })))), "invalid");
  assert.equal(reasonOf(await strict(await hs256())), "invalid");
});

test("a subject that could not be stored, and a token of another kind, are refused", async () => {
  const signIn = bySecret();
  for (const sub of ["", "a\0b", "x".repeat(256), "\ud800"]) {
    assert.equal(reasonOf(await signIn(await hs256(claims({ sub })))), "invalid", JSON.stringify(sub));
  }
  assert.equal(reasonOf(await signIn(await hs256(claims({ sub: 7 as unknown as string })))), "invalid");
  assert.equal(reasonOf(await signIn(await hs256(claims(), "logout+jwt"))), "invalid");
  assert.equal(reasonOf(await signIn(await hs256(claims(), "at+jwt"))), "ok");
});

test("a huge token and garbage are refused without being read", async () => {
  const signIn = bySecret({ keySetUrl });
  assert.equal(reasonOf(await signIn(await hs256(claims({ fill: "x".repeat(9000) })))), "invalid");
  for (const text of ["..", "a.b.c", "e30.e30.e30", "💥.💥.💥", "[object Object].a.b", `${"A".repeat(5000)}.b.c`]) {
    assert.equal(reasonOf(await signIn(text)), "invalid", text.slice(0, 20));
  }
  assert.equal(asked, 0);
});

test("without a secret and a key set nobody signs in", async () => {
  assert.equal(reasonOf(await make({})(await hs256())), "off");
});

test("an unknown key is looked for once, and then not again for half a minute", async () => {
  const signIn = byKeys();
  assert.equal(reasonOf(await signIn(await signedBy(rsa))), "ok");
  assert.equal(asked, 1);
  const rotated = await signer("ES256", "new");
  await publish(...signers, rotated);
  assert.equal(reasonOf(await signIn(await signedBy(rotated))), "invalid");
  assert.equal(asked, 1, "the keys had just been read");
  await clock.advance(31_000);
  const results = await Promise.all(Array.from({ length: 20 }, async () => await signIn(await signedBy(rotated))));
  assert.ok(results.every(({ ok }) => ok));
  assert.equal(asked, 2, "one request for all of them");
  for (let n = 0; n < 20; n += 1) await signIn(await signedBy({ ...rotated, kid: `made-up-${n}` }));
  assert.equal(asked, 2);
});

test("a key that was withdrawn is refused within ten minutes", async () => {
  const signIn = byKeys();
  assert.equal(reasonOf(await signIn(await signedBy(rsa))), "ok");
  await publish(...signers.filter((each) => each !== rsa));
  await clock.advance(10 * 60_000 + 1);
  assert.equal(reasonOf(await signIn(await signedBy(rsa))), "invalid");
});

test("while the service is away its last word holds for a day, and it is not asked for each request", async () => {
  const signIn = byKeys();
  answer = (response) => response.writeHead(503).end();
  assert.equal(reasonOf(await signIn(await signedBy(rsa))), "unavailable");
  for (let n = 0; n < 20; n += 1) await signIn(await signedBy(rsa));
  assert.equal(asked, 1);
  await publish(...signers);
  await clock.advance(6000);
  assert.equal(reasonOf(await signIn(await signedBy(rsa))), "ok");
  answer = (response) => response.destroy();
  await clock.advance(60 * 60_000);
  assert.equal(reasonOf(await signIn(await signedBy(rsa))), "ok");
  await clock.advance(24 * 60 * 60_000);
  assert.equal(reasonOf(await signIn(await signedBy(rsa))), "unavailable");
});

test("answers that are no key set, too large, redirected or endless leave the service unavailable", async () => {
  const served = answer;
  const hostile: Readonly<Record<string, typeof answer>> = {
    text: (response) => response.end("<html>sign in</html>"),
    "no keys": (response) => response.end(JSON.stringify({ keys: "none" })),
    null: (response) => response.end("null"),
    "many keys": (response) => response.end(JSON.stringify({ keys: Array.from({ length: 101 }, () => ({})) })),
    // Where it leads there are good keys: they are not what was configured.
    "a redirect": (response, request) => {
      if (request.url === "/elsewhere") served(response, request);
      else response.writeHead(302, { location: "/elsewhere" }).end();
    },
    "an endless answer": (response) => {
      const more = (): void => {
        while (response.write(" ".repeat(65_536)));
        response.once("drain", more);
      };
      more();
    },
    "no answer": () => undefined,
  };
  for (const [name, how] of Object.entries(hostile)) {
    answer = how;
    const began = performance.now();
    assert.equal(reasonOf(await byKeys()(await signedBy(rsa))), "unavailable", name);
    assert.ok(performance.now() - began < 20_000, `${name} held the request up`);
  }
});
