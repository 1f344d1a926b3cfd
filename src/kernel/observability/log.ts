import { pino } from "pino";

/** A structured logger: fields first, then one lower-case sentence in the past tense. */
export type Logger = pino.Logger;

export interface LogOptions {
  /** `info` unless said otherwise. */
  readonly level?: string | undefined;
  /**
   * Somebody reads along on a terminal: when no level is asked for, only what needs attention is shown there, in words
   * instead of JSON. The file gets everything all the same.
   */
  readonly isTerminal?: boolean;
  /** Also writes to this file: 20 MB each, the newest 5 kept. */
  readonly file?: string | undefined;
}

/** A bot token wherever it stands in a line: it is part of every Bot API URL and so of many errors. */
const botToken = /\d{3,16}(?::|%3A)[A-Za-z0-9_-]{20,}/g;

/**
 * The program's logger: JSON lines on standard output and, if asked, in a rotated file. Bot tokens are scrubbed from
 * whole lines; known secret fields are never written.
 */
export function createLogger({ level, isTerminal = false, file }: LogOptions): Logger {
  const options: pino.LoggerOptions = {
    level: level ?? "info",
    base: null,
    timestamp: pino.stdTimeFunctions.isoTime,
    formatters: { level: (label) => ({ level: label }) },
    redact: ["authorization", "token", "secret", "password", "*.authorization", "*.token", "*.secret", "*.password"],
    serializers: { err: withoutData },
    hooks: { streamWrite: (line) => line.replaceAll(botToken, "[token]") },
  };
  const forPeople = isTerminal && level === undefined;
  if (file === undefined && !forPeople) return pino(options);
  const threshold = (level ?? "info") as pino.Level;
  const streams: pino.StreamEntry[] = [
    forPeople ? { level: "warn", stream: wordsOnTerminal } : { level: threshold, stream: process.stdout },
  ];
  // Two streams of one logger, not two transports: those would write levels as numbers.
  if (file !== undefined) streams.push({ level: threshold, stream: rotatedFile(file) });
  return pino(options, pino.multistream(streams));
}

/**
 * What PostgreSQL adds to an error quotes rows and statements: what people wrote among them. What the pool adds is the
 * whole connection, with the last statement and the key to cancel it.
 */
const quoting: ReadonlySet<string> = new Set([
  "detail",
  "where",
  "hint",
  "internalQuery",
  "query",
  "parameters",
  "client",
]);

function withoutData(error: unknown): unknown {
  // Where the message alone is told.
  if (!(error instanceof Error)) return error;
  const told = pino.stdSerializers.err(error);
  return Object.fromEntries(Object.entries(told).filter(([name]) => !quoting.has(name)));
}

function rotatedFile(file: string): pino.DestinationStream {
  return pino.transport<Record<string, unknown>>({
    target: "pino-roll",
    options: { file, size: "20m", limit: { count: 5 } },
  });
}

const wordsOnTerminal: pino.DestinationStream = {
  write: (line) => {
    process.stdout.write(`${inWords(JSON.parse(line) as LogLine)}\n`);
  },
};

interface LogLine {
  readonly time: string;
  readonly level: string;
  readonly msg?: string;
  readonly err?: string | { readonly message?: string };
}

/** `14:02:11 warn: telegram did not answer (reason: ECONNREFUSED)`. */
export function inWords({ time, level, msg = "", err, ...fields }: LogLine): string {
  const details = Object.entries(fields)
    .filter(([name, value]) => name !== "module" && ["string", "number", "boolean"].includes(typeof value))
    .map(([name, value]) => `${name}: ${String(value)}`);
  const reason = typeof err === "string" ? err : err?.message;
  const all = [...(reason === undefined ? [] : [reason]), ...details];
  const clock = new Date(time).toTimeString().slice(0, 8);
  return `${clock} ${level}: ${msg}${all.length === 0 ? "" : ` (${all.join(", ")})`}`;
}

/** A logger that says nothing, for tests. */
export function silentLogger(): Logger {
  return pino({ level: "silent" });
}
