import { readFileSync, writeFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { parseArgs } from "node:util";

const help = `Adds to package-lock.json the optional platform packages that it lacks.

  node tools/complete-lockfile.ts            completes the file
  node tools/complete-lockfile.ts --check    only says what is missing, and fails if anything is

npm leaves a package for another platform out when the registry in use does not have it, as mirrors often do not, and
then \`npm ci\` refuses the whole file on every machine. Run this after npm has changed the lockfile.`;

interface LockedPackage {
  readonly dev?: boolean;
  readonly optionalDependencies?: Readonly<Record<string, string>>;
}
type Packages = Readonly<Record<string, LockedPackage>>;

interface Platform {
  readonly os: string | undefined;
  readonly cpu: string | undefined;
  readonly libc: string | undefined;
}

const systems = ["aix", "android", "darwin", "freebsd", "linux", "netbsd", "openbsd", "openharmony", "sunos", "win32"];
const processors = ["arm64", "arm", "x64", "ia32", "loong64", "mips64el", "ppc64", "riscv64", "s390x", "wasm32"];

/** Where a platform package runs, which its name says; undefined when the name says nothing. */
export function platformOf(name: string): Platform | undefined {
  const words = name.split(/[/-]/);
  const os = words.includes("windows") ? "win32" : systems.find((system) => words.includes(system));
  const cpu = processors.find((processor) => words.includes(processor));
  if (os === undefined && cpu === undefined) return undefined;
  const isMusl = words.some((word) => word.startsWith("musl"));
  const isGlibc = os === "linux" && words.some((word) => word.startsWith("gnu"));
  return { os, cpu, libc: isMusl ? "musl" : isGlibc ? "glibc" : undefined };
}

/** The entries that a lockfile's `packages` lack, by path. The dependant pins the version; the checksum stays open. */
export function missingEntries(packages: Packages): Packages {
  const missing: Record<string, LockedPackage> = {};
  for (const [path, { optionalDependencies = {}, dev = false }] of Object.entries(packages)) {
    const wanted = Object.entries(optionalDependencies).filter(([name]) => !isLocked(packages, path, name));
    for (const [name, version] of wanted) {
      const platform = platformOf(name);
      if (platform === undefined || !/^\d+\.\d+\.\d+/.test(version)) {
        throw new Error(`the lockfile lacks ${name}@${version}, and its name does not say for which platform it is`);
      }
      missing[`node_modules/${name}`] = lockEntry(version, platform, dev);
    }
  }
  return missing;
}

/** Whether the package at `path` finds `name`: in its own node_modules or in one above. */
function isLocked(packages: Packages, path: string, name: string): boolean {
  const inside = path === "" ? "" : `${path}/`;
  if (packages[`${inside}node_modules/${name}`] !== undefined) return true;
  return path !== "" && isLocked(packages, path.slice(0, Math.max(path.lastIndexOf("/node_modules/"), 0)), name);
}

/** In npm's own order of keys, so that its next run changes nothing. */
function lockEntry(version: string, { os, cpu, libc }: Platform, isDev: boolean): LockedPackage {
  const entry = {
    version,
    ...(cpu === undefined ? {} : { cpu: [cpu] }),
    ...(isDev ? { dev: true } : {}),
    ...(libc === undefined ? {} : { libc: [libc] }),
    optional: true,
    ...(os === undefined ? {} : { os: [os] }),
  };
  return entry;
}

function main(): void {
  const { values } = parseArgs({ options: { check: { type: "boolean" }, help: { type: "boolean" } } });
  if (values.help === true) return console.log(help);
  const path = fileURLToPath(new URL("../package-lock.json", import.meta.url));
  const lock = JSON.parse(readFileSync(path, "utf8")) as { readonly packages: Packages };
  const missing = missingEntries(lock.packages);
  const names = Object.keys(missing);
  if (names.length === 0) return console.log("package-lock.json is complete");
  if (values.check === true) {
    process.exitCode = 1;
    return console.error(`package-lock.json lacks ${names.join(", ")}: run node tools/complete-lockfile.ts`);
  }
  const entries = Object.entries({ ...lock.packages, ...missing }).sort(([a], [b]) => a.localeCompare(b, "en"));
  writeFileSync(path, `${JSON.stringify({ ...lock, packages: Object.fromEntries(entries) }, null, 2)}\n`);
  console.log(`added ${names.length} entries to package-lock.json`);
}

if (import.meta.main) main();
