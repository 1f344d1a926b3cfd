import assert from "node:assert/strict";
import { test } from "node:test";

import { sql } from "kysely";

import { testDatabase } from "#test/support/database.ts";

import { Html } from "../lib/html.ts";
import type { Content } from "../telegram/index.ts";
import { contentToJson } from "./content-json.ts";
import { createContents } from "./contents.ts";

const { db } = await testDatabase();
const contents = createContents({ db, marksRepeat: () => false });

test("whoever loads contents has all of them, also more than are kept", async () => {
  const { rows } = await sql<{ id: number }>`
    insert into delivery.content (topic, body, opt_out, quiet_mode, silent, shared)
    select 'test', jsonb_build_object('kind', 'text', 'html', jsonb_build_object('markup', 'words of ' || n)), false, 'pass', false, false
    from generate_series(1, 3000) as n
    returning id`.execute(db);
  const wanted = rows.map(({ id }) => ({ contentId: id, lane: 5 }));
  const loaded = await contents.load(wanted);
  assert.deepEqual(new Set(loaded.keys()), new Set(wanted.map(({ contentId }) => contentId)));
  assert.match(loaded.get(wanted[0]?.contentId ?? 0)?.parts[0]?.tail ?? "", /words of 1"/);
  assert.equal(contents.get(wanted[0]?.contentId ?? 0), undefined, "the oldest are forgotten");
  assert.equal((await contents.load(wanted.slice(0, 10))).size, 10, "and read again");
});

test("a content that is gone is not among them, and known to be gone", async () => {
  assert.equal(contents.isGone(-1), false);
  assert.equal((await contents.load([{ contentId: -1, lane: 5 }])).size, 0);
  assert.equal(contents.isGone(-1), true);
});

test("what this process has written is the same as if it were read", async () => {
  const html = Html.text("a <b> & a \u{1F600}");
  const content: Content = { kind: "text", html, keyboard: { inline: [[{ text: "Yes", url: "https://x.test" }]] } };
  const { rows } = await sql<{ id: number }>`
    insert into delivery.content (topic, body, opt_out, quiet_mode, silent, shared)
    values ('test', ${contentToJson(content)}::jsonb, false, 'pass', false, false) returning id`.execute(db);
  const wanted = { contentId: rows[0]?.id ?? 0, lane: 5 };
  const read = (await contents.load([wanted])).get(wanted.contentId);
  const other = createContents({ db, marksRepeat: () => false });
  other.add(wanted, { topic: "test", content });
  assert.deepEqual(other.get(wanted.contentId)?.parts, read?.parts);
  assert.equal(read?.topic, "test");
  other.handedOver([wanted.contentId]);
  assert.equal(other.get(wanted.contentId), undefined, "nobody else needs it");
  await other.load([wanted]);
  other.handedOver([wanted.contentId]);
  assert.notEqual(other.get(wanted.contentId), undefined, "what was read may be many people's");
});
