import assert from "node:assert/strict";
import { test } from "node:test";

import { SignJWT } from "jose";
import { sql } from "kysely";

import { runApp } from "#test/support/app.ts";

import { inTransaction } from "../../db/index.ts";

const secret = "a-secret-of-more-than-thirty-two-characters";
const { app, database, api } = await runApp({ JWT_SECRET: secret });
const { db } = database;

const ids: Record<string, number> = {};
await inTransaction(db, async (tx) => {
  for (const [name, telegramId, role] of [
    ["uma", 9001, "user"],
    ["olaf", 9002, "user"],
    ["opal", 9003, "operator"],
    ["gus", 9004, "user"],
  ] as const) {
    const { rows } = await sql<{ id: number }>`
      insert into account.person (telegram_id, first_name, username, role)
      values (${telegramId}, ${name}, ${name}, ${role}) returning id`.execute(tx);
    const id = rows[0]?.id ?? 0;
    ids[name] = id;
    await sql`insert into account.link (subject, person_id) values (${`web-${name}`}, ${id})`.execute(tx);
    // Gus is known from a group only.
    if (name !== "gus") {
      await sql`
        insert into account.chat (id, type, title, person_id) values (${telegramId}, 'private', ${name}, ${id})`.execute(
        tx,
      );
    }
  }
});

async function call(token: string | undefined, path: string, change?: unknown) {
  const answer = await fetch(`${app.url}${path}`, {
    ...(change !== undefined && { method: "PUT", body: JSON.stringify(change) }),
    headers: {
      ...(token !== undefined && { authorization: `Bearer ${token}` }),
      ...(change !== undefined && { "content-type": "application/json" }),
    },
  });
  return { status: answer.status, headers: answer.headers, body: (await answer.json()) as Record<string, unknown> };
}

async function token(subject: string, role?: string, exp = "10m"): Promise<string> {
  const claims = role === undefined ? {} : { role };
  return await new SignJWT({ sub: subject, ...claims })
    .setProtectedHeader({ alg: "HS256" })
    .setExpirationTime(exp)
    .sign(new TextEncoder().encode(secret));
}

const uma = await token("web-uma");
const admin = await token("web-boss", "admin");

const namesOf = ({ body }: { readonly body: Record<string, unknown> }): readonly string[] =>
  (body["users"] as { first_name: string }[]).map(({ first_name: name }) => name);

test("without a token, with an expired one, and with an API key the route is closed", async () => {
  const expired = await token("web-uma", undefined, "-2m");
  const cases: readonly (readonly [string | undefined, string])[] = [
    [undefined, "http.sign_in_needed"],
    [`${uma}x`, "http.sign_in_needed"],
    ["test-key-0123456789abcdef", "http.sign_in_needed"],
    [expired, "http.token_expired"],
  ];
  for (const [given, code] of cases) {
    for (const path of ["/api/users", `/api/users/${ids["uma"]}`]) {
      const { status, headers, body } = await call(given, path);
      assert.deepEqual([status, body["code"]], [401, code]);
      assert.equal(headers.get("www-authenticate"), "Bearer");
    }
  }
});

test("a web user sees himself and nobody else; nobody and somebody else look the same", async () => {
  assert.deepEqual(namesOf(await call(uma, "/api/users")), ["uma"]);
  assert.equal((await call(uma, `/api/users/${ids["uma"]}`)).body["username"], "uma");
  const somebodyElse = await call(uma, `/api/users/${ids["olaf"]}`);
  const nobody = await call(uma, "/api/users/99999999");
  assert.deepEqual([somebodyElse.status, nobody.status], [404, 404]);
  assert.equal(somebodyElse.body["detail"], nobody.body["detail"]);
  assert.equal((await call(uma, `/api/users/${ids["olaf"]}/preferences`, { language: "ko" })).status, 404);
  assert.deepEqual(namesOf(await call(await token("web-stranger"), "/api/users")), []);
});

test("an admin reads everybody, page by page, and searches", async () => {
  const seen: string[] = [];
  let cursor = "";
  for (let page = 0; page < 10; page += 1) {
    const answer = await call(admin, `/api/users?limit=2${cursor}`);
    seen.push(...namesOf(answer));
    if (answer.body["next_cursor"] === undefined) break;
    cursor = `&cursor=${answer.body["next_cursor"] as string}`;
  }
  for (const name of Object.keys(ids)) assert.equal(seen.filter((each) => each === name).length, 1, name);
  assert.deepEqual(namesOf(await call(admin, "/api/users?search=o")), ["olaf", "opal"]);
  assert.equal((await call(admin, "/api/users?cursor=x")).status, 400);
  assert.equal((await call(admin, "/api/users?colour=red")).status, 400);
});

test("preferences are changed in part, and are those of the private chat", async () => {
  const path = `/api/users/${ids["uma"]}/preferences`;
  const first = await call(uma, path, {
    language: "ko",
    quiet_hours: { from: "22:30", to: "07:15" },
    topics: [{ topic: "announcement", enabled: false }],
  });
  assert.equal(first.status, 200);
  const { body } = await call(uma, path, { time_zone: "Asia/Seoul" });
  assert.deepEqual(
    [body["language"], body["time_zone"], body["quiet_hours"]],
    ["ko", "Asia/Seoul", { from: "22:30", to: "07:15" }],
  );
  assert.deepEqual(
    (body["topics"] as { topic: string; enabled: boolean }[]).filter(({ topic }) => topic === "announcement"),
    [{ topic: "announcement", enabled: false, quiet_mode: "hold" }],
  );
  const { rows } = await sql`
    select quiet.time_zone, preference.enabled from delivery.quiet_hours as quiet
    join delivery.preference on preference.chat_id = quiet.chat_id where quiet.chat_id = 9001`.execute(db);
  assert.deepEqual(rows, [{ time_zone: "Asia/Seoul", enabled: false }]);
  assert.equal((await call(uma, path, { quiet_hours: null })).body["quiet_hours"], null);
  assert.deepEqual((await call(uma, `/api/users/${ids["uma"]}`)).body["preferences"], (await call(uma, path, {})).body);
});

test("a change that is refused changes nothing", async () => {
  const path = `/api/users/${ids["olaf"]}/preferences`;
  const olaf = await token("web-olaf");
  const before = (await call(olaf, path, {})).body;
  const refused: readonly (readonly [unknown, number])[] = [
    [{ language: "ko", topics: [{ topic: "made-up", enabled: false }] }, 404],
    [{ language: "ko", topics: [{ topic: "reply", enabled: false }] }, 404],
    [{ language: "ko", topics: [{ topic: "system_error", enabled: false }] }, 404],
    [{ language: "ko", time_zone: "Mars/Olympus" }, 422],
    [{ language: "ko", time_zone: "+09:00" }, 422],
    [{ language: "xx" }, 400],
    [{ quiet_hours: { from: "24:00", to: "07:00" } }, 400],
    [{ quiet_hours: { from: "07:00", to: "07:00" } }, 400],
    [{ role: "admin" }, 400],
    [[], 400],
  ];
  for (const [change, status] of refused) assert.equal((await call(olaf, path, change)).status, status);
  assert.deepEqual((await call(olaf, path, {})).body, before);
});

test("operators may choose what concerns operators; who has no private chat has nothing to choose yet", async () => {
  const opal = await call(await token("web-opal"), `/api/users/${ids["opal"]}/preferences`, {
    topics: [{ topic: "system_error", enabled: false }],
  });
  assert.equal(opal.status, 200);
  const gus = await call(await token("web-gus"), `/api/users/${ids["gus"]}/preferences`, { language: "ko" });
  assert.deepEqual([gus.status, gus.body["code"]], [409, "users.no_private_chat"]);
});

test("what an admin changes for somebody else is in the audit log, with before and after", async () => {
  assert.equal((await call(admin, `/api/users/${ids["olaf"]}/preferences`, { language: "ko" })).status, 200);
  const { rows } = await sql<{ before: { language: string }; after: { language: string } }>`
    select before, after from account.audit
    where actor = 'web:web-boss' and subject = ${`user:${ids["olaf"]}`} and action = 'preferences.changed'`.execute(db);
  assert.deepEqual([rows.length, rows[0]?.before.language, rows[0]?.after.language], [1, "en", "ko"]);
});

test("the API document says which routes web users call", async () => {
  const document = (await (await api("/docs/json")).json()) as {
    paths: Record<string, Record<string, { security?: unknown }>>;
    components: { securitySchemes: Record<string, { bearerFormat?: string }> };
  };
  assert.equal(document.components.securitySchemes["webUser"]?.bearerFormat, "JWT");
  for (const [path, method] of [
    ["/api/users", "get"],
    ["/api/users/{id}", "get"],
    ["/api/users/{id}/preferences", "put"],
  ] as const) {
    assert.deepEqual(document.paths[path]?.[method]?.security, [{ webUser: [] }], path);
  }
});
