import { z } from "zod";

import { AppError } from "#kernel/lib/errors.ts";
import type { ErrorDefinition } from "#kernel/lib/errors.ts";

/** The one way the embedded database refuses to start: what is wrong and what to do about it, on one line. */
export const embeddedFailed = {
  code: "db.embedded_failed",
  status: 503,
  message: "The embedded database could not start: {problem}. {advice}.",
} as const satisfies ErrorDefinition;

/** What the person who reads the failure needs in order to act on it. */
export interface FailureContext {
  /** The directory that holds the data. */
  readonly directory: string;
  /** The server's log, when there is one to look at. */
  readonly logDirectory?: string;
}

export function embeddedFailure(problem: string, advice: string, cause?: unknown): AppError {
  const params = { problem: oneLine(problem), advice: oneLine(advice) };
  return new AppError(embeddedFailed, params, cause === undefined ? undefined : { cause });
}

/** Translates what `initdb` or `postgres` printed before it gave up. */
export function explainOutput(output: string, { directory, logDirectory }: FailureContext): AppError {
  const line = tellingLine(output);
  const known = complaints.find(({ pattern }) => pattern.test(output));
  if (known !== undefined) return embeddedFailure(`${known.problem} (${line})`, known.advice(directory));
  const where = logDirectory === undefined ? "" : `; the server's log is in ${logDirectory}`;
  return embeddedFailure(line, `Repair that, or set DATABASE_URL to use a PostgreSQL server of your own${where}`);
}

/** Translates a failed file or process operation; anything else is a bug and comes back unchanged. */
export function explainThrown(thrown: unknown, { directory }: FailureContext): unknown {
  if (thrown instanceof AppError || !(thrown instanceof Error)) return thrown;
  const { code, syscall, stderr } = systemError.parse(thrown);
  const failedToRun = syscall.startsWith("spawn") ? complaints.find(({ codes }) => codes.includes("spawn")) : undefined;
  const known = failedToRun ?? complaints.find(({ codes, pattern }) => codes.includes(code) || pattern.test(stderr));
  if (known === undefined) return thrown;
  const detail = stderr === "" ? thrown.message : tellingLine(stderr);
  return embeddedFailure(`${known.problem} (${detail})`, known.advice(directory), thrown);
}

/** What Node puts on the errors of its file and process functions; `execFile` gives the exit code as a number. */
const systemError = z.object({
  code: z.coerce.string().default(""),
  syscall: z.string().default(""),
  stderr: z.string().default(""),
});

interface Complaint {
  readonly pattern: RegExp;
  readonly codes: readonly string[];
  readonly problem: string;
  readonly advice: (directory: string) => string;
}

const complaints: readonly Complaint[] = [
  {
    pattern: /No space left on device|File too large|[Dd]isk quota exceeded/,
    codes: ["ENOSPC", "EDQUOT", "EFBIG"],
    problem: "there is no room left to write",
    advice: (directory) => `Free some space on the disk that holds ${directory}, or set DATA_DIR to another disk`,
  },
  {
    pattern: /[Pp]ermission denied|Read-only file system|[Oo]peration not permitted/,
    codes: ["EACCES", "EPERM", "EROFS", "ENOTDIR", "EEXIST", "ENOENT"],
    problem: "a file or directory cannot be used",
    advice: (directory) =>
      `Make ${directory} writable for the user who runs Telecast, or set DATA_DIR to a directory that is`,
  },
  {
    pattern: /error while loading shared libraries|cannot open shared object|GLIBC_|symbol not found/,
    codes: ["spawn"],
    problem: "the PostgreSQL that Telecast brings does not run on this system",
    advice: () => "Run `npm ci` to install it again, or set DATABASE_URL to use a PostgreSQL server of your own",
  },
  {
    pattern: /password authentication failed/,
    codes: [],
    problem: "the server refuses our password",
    advice: (directory) => `Restore the file named password in ${directory}`,
  },
  {
    pattern: /[Cc]annot allocate memory|could not (?:create|map|resize) (?:anonymous )?shared memory/,
    codes: ["ENOMEM"],
    problem: "there is not enough memory",
    advice: () => "Give this machine or container at least 512 MB",
  },
];

/** The line that names the cause: a setting before the FATAL that follows from it, else the last complaint. */
function tellingLine(output: string): string {
  const lines = output.split("\n").filter((line) => line.trim() !== "");
  const line =
    lines.find((line) => /configuration parameter|invalid value for parameter|syntax error in file/.test(line)) ??
    lines.findLast((line) => /\b(?:FATAL|PANIC|error|could not)\b/.test(line)) ??
    lines.at(-1) ??
    "the server ended without a word";
  return oneLine(line).replace(/^.*?\b(?:LOG|FATAL|PANIC|error):\s*/, "");
}

function oneLine(text: string): string {
  return text.replaceAll(/\s+/g, " ").trim().replace(/\.$/, "");
}
