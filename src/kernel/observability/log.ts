import { pino } from "pino";

/** A structured logger: fields first, then one lower-case sentence in the past tense. */
export type Logger = pino.Logger;

export interface LogOptions {
  readonly level: string;
  /** Also writes to this file: 20 MB each, the newest 5 kept. */
  readonly file?: string | undefined;
}

/** A bot token wherever it stands in a line: it is part of every Bot API URL and so of many errors. */
const botToken = /\d{3,16}(?::|%3A)[A-Za-z0-9_-]{20,}/g;

/**
 * The program's logger: JSON lines on standard output and, if asked, in a rotated file. Bot tokens are scrubbed from
 * whole lines; known secret fields are never written.
 */
export function createLogger({ level, file }: LogOptions): Logger {
  const options: pino.LoggerOptions = {
    level,
    base: null,
    timestamp: pino.stdTimeFunctions.isoTime,
    formatters: { level: (label) => ({ level: label }) },
    redact: ["authorization", "token", "secret", "password", "*.authorization", "*.token", "*.secret", "*.password"],
    hooks: { streamWrite: (line) => line.replaceAll(botToken, "[token]") },
  };
  if (file === undefined) return pino(options);
  // Two streams of one logger, not two transports: those would write levels as numbers.
  const rotated = pino.transport<Record<string, unknown>>({
    target: "pino-roll",
    options: { file, size: "20m", limit: { count: 5 } },
  });
  const threshold = level as pino.Level;
  return pino(
    options,
    pino.multistream([
      { level: threshold, stream: process.stdout },
      { level: threshold, stream: rotated },
    ]),
  );
}

/** A logger that says nothing, for tests. */
export function silentLogger(): Logger {
  return pino({ level: "silent" });
}
