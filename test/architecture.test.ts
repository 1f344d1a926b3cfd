import assert from "node:assert/strict";
import { globSync, readFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { test } from "node:test";

/**
 * The import rules of ARCHITECTURE.md. Reads every import of every file, type-only and dynamic ones too; the first test
 * guards against a scan that found nothing.
 */
interface Edge {
  readonly from: string;
  /** A path below the repository for our own files, a package name otherwise. */
  readonly to: string;
  readonly typeOnly: boolean;
}

/** Lowest first: a kernel module may import only what stands before it. */
const kernelOrder = [
  "lib",
  "config",
  "observability",
  "db",
  "jobs",
  "settings",
  "accounts",
  "ledger",
  "media",
  "telegram",
  "delivery",
  "alarms",
  "chat",
  "http",
];

const aliases: Readonly<Record<string, string>> = {
  "#kernel/": "src/kernel/",
  "#providers/": "src/providers/",
  "#features/": "src/features/",
  "#test/": "test/",
};

const importPattern =
  /(?:^|\s|;)(import|export)(\s+type)?\b[^"'`;]*?\bfrom\s*["']([^"']+)["']|\bimport\s*\(\s*["']([^"']+)["']|(?:^|\n)import\s+["']([^"']+)["']/g;

const edges: readonly Edge[] = globSync(["src/**/*.ts", "web/**/*.{ts,tsx}", "test/**/*.ts", "bench/**/*.ts"])
  .filter((file) => !file.includes("node_modules"))
  .flatMap((file) => edgesOf(file));

function edgesOf(file: string): readonly Edge[] {
  return [...readFileSync(file, "utf8").matchAll(importPattern)].map((match) => ({
    from: file,
    to: resolve(file, match[3] ?? match[4] ?? match[5] ?? ""),
    typeOnly: match[2] !== undefined,
  }));
}

function resolve(file: string, specifier: string): string {
  if (specifier.startsWith(".")) return join(dirname(file), specifier);
  const alias = Object.keys(aliases).find((prefix) => specifier.startsWith(prefix));
  return alias === undefined ? specifier : `${aliases[alias] ?? ""}${specifier.slice(alias.length)}`;
}

const isTest = (file: string): boolean => /\.test\.ts$|\/testing\//.test(file) || file.startsWith("test/");
const kernelModule = (file: string): string | undefined => /^src\/kernel\/([^/]+)\//.exec(file)?.[1];
const feature = (file: string): string | undefined => /^src\/features\/([^/]+)\//.exec(file)?.[1];
const isPackage = (edge: Edge, name: string): boolean => edge.to === name || edge.to.startsWith(`${name}/`);
const inside = (file: string, ...folders: readonly string[]): boolean =>
  folders.some((folder) => new RegExp(`^${folder.replaceAll("*", "[^/]+")}/`).test(file));

/** Each says of an edge whether it is allowed. Tests beside the code may reach for test support and the sandbox. */
const rules: Readonly<Record<string, (edge: Edge) => boolean>> = {
  "a feature imports no other feature": ({ from, to }) =>
    feature(from) === undefined || feature(to) === undefined || feature(from) === feature(to),
  "the kernel imports neither features nor providers": ({ from, to }) =>
    !inside(from, "src/kernel") || isTest(from) || !inside(to, "src/features", "src/providers"),
  "providers import no feature": ({ from, to }) => !inside(from, "src/providers") || !inside(to, "src/features"),
  "kernel modules import downwards only": ({ from, to, typeOnly }) => {
    const [module, target] = [kernelModule(from), kernelModule(to)];
    if (module === undefined || isTest(from)) return true;
    // The contract names types of every module; `chat` speaks in its terms.
    if (to === "src/kernel/feature.ts") return typeOnly && ["chat", "http"].includes(module);
    if (target === undefined || target === module) return true;
    return kernelOrder.indexOf(target) < kernelOrder.indexOf(module);
  },
  "a kernel module is entered through its index": ({ from, to }) => {
    const target = kernelModule(to);
    // A benchmark times the statements of a module by themselves.
    if (
      target === undefined ||
      target === "lib" ||
      target === kernelModule(from) ||
      isTest(from) ||
      inside(from, "bench")
    ) {
      return true;
    }
    return to === `src/kernel/${target}/index.ts`;
  },
  "only telegram, delivery and the features' chats import grammy": (edge) =>
    !isPackage(edge, "grammy") ||
    isTest(edge.from) ||
    inside(edge.from, "src/kernel/telegram", "src/kernel/delivery", "src/features/*/chat", "bench"),
  "only http and the features' http import fastify": (edge) =>
    !isPackage(edge, "fastify") ||
    isTest(edge.from) ||
    inside(edge.from, "src/kernel/http", "src/features/*/http") ||
    (edge.typeOnly && edge.from === "src/kernel/feature.ts"),
  "domain files of a feature know neither Telegram nor HTTP": ({ from, to }) => {
    if (feature(from) === undefined || isTest(from) || inside(from, "src/features/*/chat", "src/features/*/http"))
      return true;
    const wiring = /\/(feature|notifications|settings)\.ts$/.test(from);
    return wiring || !["src/kernel/http/index.ts", "grammy", "fastify"].includes(to);
  },
  "the sandbox stands alone": ({ from, to }) =>
    !inside(from, "src/sandbox") ||
    isTest(from) ||
    !to.startsWith("src/") ||
    inside(to, "src/sandbox", "src/kernel/lib"),
  "only serve.ts and tests import the sandbox": ({ from, to, typeOnly }) =>
    !inside(to, "src/sandbox") ||
    inside(from, "src/sandbox") ||
    isTest(from) ||
    from === "src/serve.ts" ||
    from === "src/sandbox.ts" ||
    (typeOnly && inside(from, "web")),
  "the pages take only types from the server": ({ from, to, typeOnly }) =>
    !inside(from, "web") || !to.startsWith("src/") || typeOnly || isTest(from),
  "nothing that runs imports a test": ({ from, to }) => isTest(from) || inside(from, "bench", "web") || !isTest(to),
};

test("the import graph was read", () => {
  assert.ok(edges.length > 300, `only ${edges.length} imports were found`);
  assert.ok(edges.some(({ from, to }) => from === "src/kernel/db/lease.ts" && to === "src/kernel/db/database.ts"));
  assert.ok(edges.some(({ typeOnly }) => typeOnly));
});

for (const [name, holds] of Object.entries(rules)) {
  test(name, () => {
    assert.deepEqual(
      edges.filter((edge) => !holds(edge)).map(({ from, to }) => `${from} -> ${to}`),
      [],
    );
  });
}

test("each rule can fail", () => {
  const planted: Readonly<Record<string, Edge>> = {
    "a feature imports no other feature": edge("src/features/studio/feature.ts", "src/features/signals/x.ts"),
    "the kernel imports neither features nor providers": edge("src/kernel/db/x.ts", "src/providers/video/port.ts"),
    "providers import no feature": edge("src/providers/video/x.ts", "src/features/studio/x.ts"),
    "kernel modules import downwards only": edge("src/kernel/db/x.ts", "src/kernel/delivery/index.ts", true),
    "a kernel module is entered through its index": edge("src/kernel/http/x.ts", "src/kernel/db/database.ts"),
    "only telegram, delivery and the features' chats import grammy": edge("src/features/studio/job.ts", "grammy/types"),
    "only http and the features' http import fastify": edge("src/kernel/delivery/x.ts", "fastify"),
    "domain files of a feature know neither Telegram nor HTTP": edge(
      "src/features/studio/job.ts",
      "src/kernel/http/index.ts",
    ),
    "the sandbox stands alone": edge("src/sandbox/server.ts", "src/kernel/db/index.ts"),
    "only serve.ts and tests import the sandbox": edge("src/kernel/http/x.ts", "src/sandbox/server.ts"),
    "the pages take only types from the server": edge("web/sandbox/app.tsx", "src/sandbox/protocol.ts"),
    "nothing that runs imports a test": edge("src/main.ts", "test/support/until.ts"),
  };
  assert.deepEqual(Object.keys(planted), Object.keys(rules));
  for (const [name, holds] of Object.entries(rules)) assert.equal(holds(planted[name] as Edge), false, name);
});

function edge(from: string, to: string, typeOnly = false): Edge {
  return { from, to, typeOnly };
}

test("only config, the command line and tools read the environment", () => {
  const readers = globSync("src/**/*.ts").filter(
    (file) => !isTest(file) && /\bprocess\.env\b/.test(readFileSync(file, "utf8")),
  );
  const allowed = (file: string): boolean =>
    inside(file, "src/kernel/config") || ["src/main.ts", "src/cli.ts"].includes(file);
  assert.deepEqual(
    readers.filter((file) => !allowed(file)),
    [],
  );
});

test("no file is longer than 400 lines", () => {
  const long = globSync(["src/**/*.ts", "web/**/*.{ts,tsx,css}", "test/**/*.ts", "tools/*"])
    .filter((file) => !/node_modules|\/dist\/|generated\.ts$/.test(file))
    .map((file) => [file, readFileSync(file, "utf8").split("\n").length - 1] as const)
    .filter(([, lines]) => lines > 400);
  assert.deepEqual(long, []);
});
