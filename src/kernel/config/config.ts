import { readFileSync } from "node:fs";

import { z } from "zod";

import { ConfigError, type ConfigProblem } from "./config-error.ts";
import { variables } from "./variables.ts";

const schema = z.object(variables);

/** Everything the environment says, checked and frozen. */
export type Config = Readonly<z.output<typeof schema>>;

/** The names that may be set, in the order in which `.env.example` lists them. */
export const variableNames: readonly string[] = Object.keys(variables);

/**
 * Reads and checks the whole environment once. A name that takes a secret may be given as `<NAME>_FILE` instead, the
 * path of a file that holds it (Docker and Kubernetes secrets); an empty variable counts as absent.
 * @throws ConfigError that lists every problem, each with the variable's name and what is expected.
 */
export function readConfig(environment: Readonly<Record<string, string | undefined>>): Config {
  const problems: ConfigProblem[] = [];
  const given: Record<string, string> = {};
  for (const name of variableNames) {
    const value = valueOf(name, environment, problems);
    if (value !== undefined) given[name] = value;
  }
  const parsed = schema.safeParse(given);
  if (!parsed.success) {
    for (const issue of parsed.error.issues) {
      problems.push({ variable: String(issue.path[0]), expected: issue.message });
    }
  }
  problems.push(...missingCompanions(given));
  if (parsed.data?.TELEGRAM_API_LOCAL === true && given["TELEGRAM_API_ROOT"] === undefined) {
    problems.push({
      variable: "TELEGRAM_API_ROOT",
      expected: "expected your own server, because TELEGRAM_API_LOCAL is set",
    });
  }
  if (problems.length > 0 || !parsed.success) throw new ConfigError(problems);
  return Object.freeze(parsed.data);
}

/** Each is of no use without the others. */
const companions = ["S3_ENDPOINT", "S3_BUCKET", "S3_ACCESS_KEY_ID", "S3_SECRET_ACCESS_KEY"] as const;

function missingCompanions(given: Readonly<Record<string, string>>): readonly ConfigProblem[] {
  return [...missingServer(given), ...missingStorage(given)];
}

function missingServer(given: Readonly<Record<string, string>>): readonly ConfigProblem[] {
  if (given["TELEGRAM_API_LOCAL"] !== "yes" || given["TELEGRAM_API_ROOT"] !== undefined) return [];
  return [
    {
      variable: "TELEGRAM_API_ROOT",
      expected: "expected the URL of your own server, because TELEGRAM_API_LOCAL is yes",
    },
  ];
}

function missingStorage(given: Readonly<Record<string, string>>): readonly ConfigProblem[] {
  const first = companions.find((name) => given[name] !== undefined);
  if (first === undefined) return [];
  return companions
    .filter((name) => given[name] === undefined)
    .map((variable) => ({ variable, expected: `expected to be set too, because ${first} is` }));
}

function valueOf(
  name: string,
  environment: Readonly<Record<string, string | undefined>>,
  problems: ConfigProblem[],
): string | undefined {
  const direct = environment[name];
  if (direct !== undefined && direct !== "") return direct;
  const path = isSecret(name) ? environment[`${name}_FILE`] : undefined;
  if (path === undefined || path === "") return undefined;
  try {
    return readFileSync(path, "utf8").trimEnd();
  } catch {
    problems.push({ variable: `${name}_FILE`, expected: "expected the path of a readable file" });
    return undefined;
  }
}

/** A variable whose parsed value is a `Secret`; told by the schema's metadata so that the list cannot drift. */
export function isSecret(name: string): boolean {
  return (variables as Record<string, z.ZodType>)[name]?.meta()?.["secret"] === true;
}
