import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import { test } from "node:test";

test("neither tokens nor what a database error quotes reaches the log", () => {
  const script = `
    import { createLogger } from "./src/kernel/observability/index.ts";
    const error = Object.assign(new Error("refused at /bot123456789:AAEabcdefghijklmnopqrstuvwxyz/sendMessage"), {
      code: "23505", detail: "Key (text)=(a secret wish) already exists", where: "a secret wish",
      client: { lastStatement: "a secret wish" },
    });
    createLogger({ level: "info" }).error({ err: error }, "failed");`;
  const line = execFileSync(process.execPath, ["--input-type=module", "--eval", script], { encoding: "utf8" });
  assert.match(line, /23505/);
  assert.doesNotMatch(line, /secret wish|AAEabc/);
});
