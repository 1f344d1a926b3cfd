/** `ok`: as it should be. `notice`: works, but somebody should know. `failed`: does not work until it is fixed. */
export type FindingState = "ok" | "notice" | "failed";

/** One line of the report. Never holds a secret: what others say (errors, URLs with tokens) is put into words of our own. */
export interface Finding {
  /** A stable name, such as `database.migrations`. */
  readonly check: string;
  readonly state: FindingState;
  /** What was found, in plain words. */
  readonly detail: string;
  /** What to do about it. */
  readonly fix?: string;
}

export function ok(check: string, detail: string): Finding {
  return { check, state: "ok", detail };
}

export function notice(check: string, detail: string, fix?: string): Finding {
  return { check, state: "notice", detail, ...(fix !== undefined && { fix }) };
}

export function failed(check: string, detail: string, fix: string): Finding {
  return { check, state: "failed", detail, fix };
}

/** `1 update`, `2 updates`. */
export function counted(count: number, one: string, many = `${one}s`): string {
  return `${count} ${count === 1 ? one : many}`;
}
