/** One entry of a module's error catalogue (`errors.ts`). `code` is stable and documented: programs branch on it. */
export interface ErrorDefinition {
  /** `module.reason`, for example `ledger.insufficient_funds`. */
  readonly code: string;
  /** The HTTP status that says the same. */
  readonly status: number;
  /** What went wrong, in English, for API answers and logs; `{name}` is filled from the parameters. */
  readonly message: string;
}

export type ErrorParams = Readonly<Record<string, string | number>>;

/** A refusal the caller can be told about. Anything else that is thrown is a bug or an outage and is reported as one. */
export class AppError extends Error {
  override readonly name = "AppError";
  readonly code: string;
  readonly status: number;
  /** For the translated text; never secrets, prompts or a provider's output. */
  readonly params: ErrorParams;

  constructor(definition: ErrorDefinition, params: ErrorParams = {}, options?: ErrorOptions) {
    super(fill(definition.message, params), options);
    this.code = definition.code;
    this.status = definition.status;
    this.params = params;
  }
}

function fill(template: string, params: ErrorParams): string {
  return template.replaceAll(/\{(\w+)\}/g, (whole, name: string) => String(params[name] ?? whole));
}

/** Anything thrown, as an Error: other people's code throws strings and plain objects. */
export function toError(thrown: unknown): Error {
  return thrown instanceof Error ? thrown : new Error(typeof thrown === "string" ? thrown : "a non-error was thrown");
}

/**
 * What went wrong on a connection, in a word such as `ECONNRESET`; of several addresses that were tried, the first one's.
 * Messages of network errors may quote what was sent, so nothing else of them is kept.
 */
export function networkCode(thrown: unknown): string {
  if (thrown instanceof AggregateError && thrown.errors.length > 0) return networkCode(thrown.errors[0]);
  if (!(thrown instanceof Error)) return "unknown";
  return "code" in thrown && typeof thrown.code === "string" ? thrown.code : thrown.name;
}
