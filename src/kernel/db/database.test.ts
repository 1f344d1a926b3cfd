import assert from "node:assert/strict";
import { beforeEach, test } from "node:test";

import { sql } from "kysely";
import { Client } from "pg";

import { cleanUp } from "#test/support/clean-up.ts";
import { testDatabase } from "#test/support/database.ts";
import { until } from "#test/support/until.ts";

import { afterCommit, brokenConstraint, inTransaction, notify, sqlState, type Tx, withCommit } from "./index.ts";

const { db, pool, url } = await testDatabase();
await sql`create table thing (id int constraint thing_pkey primary key, n int not null)`.execute(db);

beforeEach(async () => {
  await sql`delete from thing`.execute(db);
});

async function add(tx: Tx, id: number): Promise<void> {
  await sql`insert into thing values (${id}, 0)`.execute(tx);
}

async function count(): Promise<number> {
  const { rows } = await sql<{ count: number }>`select count(*) from thing`.execute(db);
  return rows[0]?.count ?? -1;
}

test("what belongs together commits together, and only then wakes anybody", async () => {
  const woken: number[] = [];
  const result = await inTransaction(db, async (tx) => {
    await add(tx, 1);
    afterCommit(tx, () => {
      woken.push(1);
    });
    await add(tx, 2);
    assert.deepEqual(woken, []);
    return "done";
  });
  assert.equal(result, "done");
  assert.deepEqual(woken, [1]);
  assert.equal(await count(), 2);
});

test("a failure takes everything back and wakes nobody", async () => {
  const woken: number[] = [];
  await assert.rejects(
    inTransaction(db, async (tx) => {
      await add(tx, 1);
      afterCommit(tx, () => {
        woken.push(1);
      });
      await add(tx, 1);
    }),
    (error) => sqlState(error) === "23505" && brokenConstraint(error) === "thing_pkey",
  );
  assert.deepEqual(woken, []);
  assert.equal(await count(), 0);
});

test("what goes out with the commit belongs to the transaction; when it fails nothing stays, and it says why", async () => {
  await inTransaction(db, async (tx) => {
    await add(tx, 1);
    withCommit(tx, async () => {
      await add(tx, 2);
    });
  });
  const { rows } = await sql<{ transactions: number }>`
    select count(distinct xmin::text) as transactions from thing`.execute(db);
  assert.deepEqual([rows[0]?.transactions, await count()], [1, 2]);
  let woken = 0;
  const refused = inTransaction(db, async (tx) => {
    await add(tx, 3);
    afterCommit(tx, () => {
      woken += 1;
    });
    withCommit(tx, async () => {
      await add(tx, 1);
    });
  });
  await assert.rejects(refused, (error) => sqlState(error) === "23505" && brokenConstraint(error) === "thing_pkey");
  assert.deepEqual([woken, await count()], [0, 2]);
});

test("a conflict in what goes out with the commit has the whole transaction run again", async () => {
  let runs = 0;
  await inTransaction(db, async (tx) => {
    runs += 1;
    const conflict = runs === 1;
    await add(tx, 1);
    withCommit(tx, async () => {
      await sql`do $$ begin if ${sql.raw(String(conflict))} then raise 'conflict' using errcode = '40001'; end if; end $$`.execute(
        tx,
      );
    });
  });
  assert.deepEqual([runs, await count()], [2, 1]);
});

test("two transactions that lock each other out both end, one of them run again, and each wakes once", async () => {
  await inTransaction(db, async (tx) => {
    await add(tx, 1);
    await add(tx, 2);
  });
  let runs = 0;
  let woken = 0;
  const bothHoldOne = Promise.withResolvers<void>();
  const increment = async (first: number, second: number): Promise<void> => {
    await inTransaction(db, async (tx) => {
      runs += 1;
      afterCommit(tx, () => {
        woken += 1;
      });
      await sql`update thing set n = n + 1 where id = ${first}`.execute(tx);
      if (runs === 2) bothHoldOne.resolve();
      await bothHoldOne.promise;
      await sql`update thing set n = n + 1 where id = ${second}`.execute(tx);
    });
  };
  await Promise.all([increment(1, 2), increment(2, 1)]);
  const { rows } = await sql`select n from thing`.execute(db);
  assert.deepEqual(rows, [{ n: 2 }, { n: 2 }]);
  assert.equal(runs, 3);
  assert.equal(woken, 2);
});

test("other errors are not tried again", async () => {
  let runs = 0;
  await assert.rejects(
    inTransaction(db, async () => {
      runs += 1;
      throw new Error("no");
    }),
    /^Error: no$/,
  );
  assert.equal(runs, 1);
});

test("a wake-up that fails does not run the committed work again", async () => {
  let runs = 0;
  await assert.rejects(
    inTransaction(db, async (tx) => {
      runs += 1;
      await add(tx, runs);
      afterCommit(tx, () => {
        throw new Error("bug");
      });
    }),
    /bug/,
  );
  assert.equal(runs, 1);
  assert.equal(await count(), 1);
});

test("only a transaction of inTransaction knows what comes after its commit", async () => {
  await db.transaction().execute(async (tx) => {
    assert.throws(() => {
      afterCommit(tx, () => undefined);
    }, /inTransaction/);
    assert.throws(() => {
      withCommit(tx, async () => await Promise.resolve());
    }, /inTransaction/);
    await notify(tx, "anything");
  });
});

test("bigint columns are numbers, and one that does not fit is an error instead of another number", async () => {
  const read = async (text: string): Promise<unknown> =>
    (await sql<{ id: unknown }>`select ${text}::bigint as id`.execute(db)).rows[0]?.id;
  assert.equal(await read("4503599627370495"), 4_503_599_627_370_495);
  assert.equal(await read("-1001234567890"), -1_001_234_567_890);
  await assert.rejects(read("9007199254740993"), RangeError);
});

test("connections that the server ends, idle or in a transaction, are replaced", async () => {
  // Not through the pool: it may hand out a connection that has just been ended.
  const admin = new Client({ connectionString: url });
  await admin.connect();
  cleanUp(async () => {
    await admin.end();
  });
  const end = async (): Promise<void> => {
    await admin.query(`select pg_terminate_backend(pid) from pg_stat_activity
      where datname = current_database() and pid <> pg_backend_pid()`);
  };
  await Promise.all([count(), count(), count()]);
  await end();
  await until("the pool to notice", () => pool.totalCount === 0);
  const began = Promise.withResolvers<void>();
  const ended = Promise.withResolvers<void>();
  const broken = inTransaction(db, async (tx) => {
    await add(tx, 1);
    began.resolve();
    await ended.promise;
    await add(tx, 2);
  });
  await began.promise;
  await end();
  ended.resolve();
  await assert.rejects(broken);
  await until("a working pool", async () => {
    try {
      return (await count()) === 0;
    } catch {
      // The connection it was given had just been ended.
      return false;
    }
  });
  assert.ok(pool.totalCount > 0);
});
