import { PersonError } from "../people/people-actions.ts";
import type { FaultKind, FaultRequest } from "../protocol.ts";
import { present } from "../world/present.ts";

/** A JSON object as it came in. The readers below throw a `PersonError` that names the field. */
export type Fields = Readonly<Record<string, unknown>>;

export function requiredNumber(fields: Fields, name: string): number {
  const value = optionalNumber(fields, name);
  if (value === undefined) throw new PersonError(`"${name}" is missing.`);
  return value;
}

export function optionalNumber(fields: Fields, name: string): number | undefined {
  const value = fields[name];
  if (value === undefined || value === null) return undefined;
  if (!Number.isSafeInteger(value)) throw new PersonError(`"${name}" must be a whole number.`);
  return value as number;
}

export function requiredText(fields: Fields, name: string): string {
  const value = optionalText(fields, name);
  if (value === undefined) throw new PersonError(`"${name}" is missing.`);
  return value;
}

export function optionalText(fields: Fields, name: string): string | undefined {
  const value = fields[name];
  if (value === undefined || value === null) return undefined;
  if (typeof value !== "string") throw new PersonError(`"${name}" must be a text.`);
  return value;
}

const faultKinds: readonly FaultKind[] = ["rate_limit", "server_error", "hang", "reset", "drop_answer", "outage"];

export function faultRequest(fields: Fields): FaultRequest {
  const kind = faultKinds.find((known) => known === fields["kind"]);
  if (kind === undefined) throw new PersonError(`"kind" must be one of ${faultKinds.join(", ")}.`);
  const methods = fields["methods"];
  if (methods !== undefined && !(Array.isArray(methods) && methods.every((method) => typeof method === "string"))) {
    throw new PersonError('"methods" must be a list of method names.');
  }
  return {
    kind,
    ...present({
      methods,
      chatId: optionalNumber(fields, "chatId"),
      times: optionalNumber(fields, "times"),
      seconds: optionalNumber(fields, "seconds"),
      retryAfter: optionalNumber(fields, "retryAfter"),
    }),
  };
}
