import { isDeepStrictEqual } from "node:util";

import type { z } from "zod";

import { AppError } from "../lib/errors.ts";
import { invalidSetting } from "./errors.ts";
import type { SettingsSection } from "./section.ts";

type Fields = Readonly<Record<string, unknown>>;

/**
 * Stored fields over the defaults, frozen because everybody gets the same object. Fields that this version cannot read
 * (another one wrote them) fall back to their defaults and are named in `refused`: settings never stop the program.
 */
export function effectiveValue<T>(
  { schema }: SettingsSection<T>,
  stored: Fields,
): { readonly value: T; readonly refused: readonly string[] } {
  const whole = schema.safeParse(stored);
  if (whole.success) return { value: deepFreeze(whole.data), refused: [] };
  const refused = new Set(whole.error.issues.flatMap(fieldsOf));
  const rest = Object.fromEntries(Object.entries(stored).filter(([name]) => !refused.has(name)));
  const partial = schema.safeParse(rest);
  return partial.success
    ? { value: deepFreeze(partial.data), refused: [...refused] }
    : { value: deepFreeze(schema.parse({})), refused: Object.keys(stored) };
}

/** @throws AppError `settings.invalid` that names the first wrong field and what is expected of it. */
export function validValue<T>({ key: section, schema }: SettingsSection<T>, value: unknown): T {
  const parsed = schema.safeParse(value);
  if (!parsed.success) {
    const [issue] = parsed.error.issues;
    const path = [...(issue?.path ?? []), ...(issue?.code === "unrecognized_keys" ? issue.keys : [])];
    throw new AppError(invalidSetting, {
      section,
      field: path.join(".") || "the whole",
      expected: issue?.message ?? "expected another value",
    });
  }
  const unknown = Object.keys(value as object).find((name) => !Object.hasOwn(parsed.data as object, name));
  if (unknown !== undefined) {
    throw new AppError(invalidSetting, { section, field: unknown, expected: "there is no such field" });
  }
  return parsed.data;
}

/** The fields that differ from their defaults. */
export function changedFields<T>({ schema }: SettingsSection<T>, value: T): Fields {
  const defaults: Fields = schema.parse({}) as Fields;
  return Object.fromEntries(
    Object.entries(value as Fields).filter(([name, field]) => !isDeepStrictEqual(field, defaults[name])),
  );
}

function fieldsOf(issue: z.core.$ZodIssue): readonly string[] {
  const [first] = issue.path;
  if (first !== undefined) return [String(first)];
  return issue.code === "unrecognized_keys" ? issue.keys : [];
}

function deepFreeze<T>(value: T): T {
  if (typeof value === "object" && value !== null && !Object.isFrozen(value)) {
    Object.freeze(value);
    for (const part of Object.values(value)) deepFreeze(part);
  }
  return value;
}
