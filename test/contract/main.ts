import { existsSync } from "node:fs";
import { loadEnvFile } from "node:process";
import { parseArgs } from "node:util";

import { ConfigError, readConfig } from "#kernel/config/index.ts";

import { checkContract, type CheckOutcome } from "./contract.ts";
import { subjects } from "./subjects.ts";

const help = `Checks that a video service keeps what Telecast relies on, with the key in the environment (or .env).

  npm run contract -- <provider>                    all checks; makes one short video, which costs money
  npm run contract -- <provider> --free             only what costs nothing
  npm run contract -- <provider> --model <name>     with another of the provider's models
  npm run contract -- a2e --picture <https URL>     the picture that A2E is to set in motion

Providers: ${Object.keys(subjects).join(", ")}. See docs/providers.md.`;

const marks: Readonly<Record<CheckOutcome["outcome"], string>> = { kept: "✔", broken: "✖", skipped: "–" };

async function main(): Promise<number> {
  const { values, positionals } = parseArgs({
    allowPositionals: true,
    options: {
      free: { type: "boolean" },
      model: { type: "string" },
      picture: { type: "string" },
      help: { type: "boolean" },
    },
  });
  const subject = subjects[positionals[0] ?? ""];
  if (subject === undefined || values.help === true) {
    console.log(help);
    return values.help === true ? 0 : 64;
  }
  if (existsSync(".env")) loadEnvFile();
  try {
    const outcomes = await checkContract(subject(readConfig(process.env), values), {
      paid: values.free !== true,
      report: ({ name, outcome, seen }) => console.log(`${marks[outcome]} ${name}: ${seen}`),
    });
    return outcomes.some(({ outcome }) => outcome === "broken") ? 1 : 0;
  } catch (error) {
    if (!(error instanceof ConfigError)) throw error;
    console.error(error.message);
    return 78;
  }
}

process.exitCode = await main();
