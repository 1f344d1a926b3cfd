import assert from "node:assert/strict";
import { test } from "node:test";

import { sql } from "kysely";

import { testDatabase } from "#test/support/database.ts";

import { systemAccounts } from "./system-accounts.ts";

const { db } = await testDatabase();

test("the ids of the system accounts are those of the migration", async () => {
  const { rows } = await sql<{ id: number; kind: string }>`
    select id, kind from ledger.account where kind <> 'user' order by id`.execute(db);
  const named = Object.entries(systemAccounts).map(([name, id]) => ({
    id,
    kind: name.replaceAll(/[A-Z]/g, (letter) => `_${letter.toLowerCase()}`),
  }));
  assert.deepEqual(rows, named);
});
