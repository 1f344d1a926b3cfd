import assert from "node:assert/strict";
import { globSync } from "node:fs";
import { test } from "node:test";
import { fileURLToPath } from "node:url";

import { features } from "../src/features.ts";
import { migrationSources } from "../src/migrations.ts";

test("every directory of migrations is applied, each once", () => {
  const known = migrationSources.map(({ directory }) => fileURLToPath(directory));
  const present = globSync(["src/kernel/*/migrations", "src/features/*/migrations"]).map(
    (path) => `${process.cwd()}/${path}/`,
  );
  assert.deepEqual(known.toSorted(), present.toSorted());
});

test("the features' migrations are those their contract names", () => {
  for (const { id, migrations } of features) {
    assert.equal(migrationSources.find(({ module }) => module === id)?.directory.href, migrations.href);
  }
});
