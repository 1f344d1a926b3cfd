import { isUpload } from "../world/upload.ts";
import type { Upload } from "../world/upload.ts";
import { fieldsOfMethod, fieldsOfObject, typeOfAlias } from "./notation.ts";
import type { SchemaField, SchemaType } from "./notation.ts";

/** A parameter that the schema does not allow; the path is like `reply_markup.inline_keyboard[0][1].text`. */
export interface Problem {
  readonly kind: "missing" | "wrong" | "unknown";
  readonly path: string;
  /** What the schema wants there, in Telegram's words. */
  readonly expected: string;
}

export interface Decoded {
  /** Conforms to the method's parameters in `@grammyjs/types` when no problem is `missing` or `wrong`. */
  readonly params: Readonly<Record<string, unknown>>;
  readonly problems: readonly Problem[];
}

export interface RawParams {
  /** JSON values, or texts when they came in a URL or a form. */
  readonly values: Readonly<Record<string, unknown>>;
  /** Parts of a multipart request by field name. */
  readonly uploads: ReadonlyMap<string, Upload>;
}

/** Reads a call's parameters as the schema says. What is wrong is left out, as Telegram does, and told. */
export function decodeParams(method: string, raw: RawParams): Decoded {
  const fields = fieldsOfMethod(method);
  const state: State = { uploads: raw.uploads, problems: [] };
  const params: Record<string, unknown> = {};
  for (const [name, value] of Object.entries(raw.values))
    decodeMember({ into: params, fields, name, value }, "", state);
  for (const [name, upload] of raw.uploads) {
    if (fields.has(name)) decodeMember({ into: params, fields, name, value: upload }, "", state);
  }
  noteMissing(params, fields, "", state);
  return { params, problems: state.problems };
}

interface State {
  readonly uploads: ReadonlyMap<string, Upload>;
  readonly problems: Problem[];
}

interface Member {
  readonly into: Record<string, unknown>;
  readonly fields: ReadonlyMap<string, SchemaField>;
  readonly name: string;
  readonly value: unknown;
}

const nothing = Symbol("nothing");

function decodeMember({ into, fields, name, value }: Member, parent: string, state: State): void {
  if (value === null || value === undefined) return;
  const field = fields.get(name);
  const path = parent === "" ? name : `${parent}.${name}`;
  if (field === undefined) {
    state.problems.push({ kind: "unknown", path, expected: "nothing" });
    return;
  }
  const decoded = decode(value, field.type, path, state);
  if (decoded !== nothing) into[name] = decoded;
}

function noteMissing(
  params: Readonly<Record<string, unknown>>,
  fields: ReadonlyMap<string, SchemaField>,
  parent: string,
  state: State,
): void {
  for (const field of fields.values()) {
    if (!field.isRequired || field.name in params) continue;
    const path = parent === "" ? field.name : `${parent}.${field.name}`;
    // A value of the wrong type was already told, and is now as good as absent.
    if (state.problems.some((problem) => problem.path === path)) continue;
    state.problems.push({ kind: "missing", path, expected: nameOfType(field.type) });
  }
}

function decode(value: unknown, type: SchemaType, path: string, state: State): unknown {
  switch (type.kind) {
    case "string":
      return decodeString(value, path, state);
    case "integer":
    case "float":
      return decodeNumber(value, type, path, state);
    case "boolean":
    case "true":
      return decodeBoolean(value, type, path, state);
    case "choice":
      return decodeChoice(value, type, path, state);
    case "file":
      return decodeFile(value, path, state);
    case "alias":
      return decode(value, typeOfAlias(type.name), path, state);
    case "array":
      return decodeArray(fromText(value), type, path, state);
    case "object":
      return decodeObject(fromText(value), type, path, state);
    case "union":
  }
  return decodeUnion(value, type.members, path, state);
}

/** An empty text is as good as none; `html` is taken for `HTML`, as Telegram does, and noted. */
function decodeChoice(value: unknown, type: SchemaType & { kind: "choice" }, path: string, state: State): unknown {
  if (value === "") return nothing;
  if (typeof value !== "string") return wrong(type, path, state);
  if (type.values.has(value)) return value;
  const known = [...type.values].find((choice) => choice.toLowerCase() === value.toLowerCase());
  if (known === undefined) return wrong(type, path, state);
  state.problems.push({ kind: "unknown", path, expected: known });
  return known;
}

function decodeString(value: unknown, path: string, state: State): unknown {
  if (typeof value === "string") return value;
  if (typeof value !== "number" && typeof value !== "boolean") return wrong({ kind: "string" }, path, state);
  // Telegram reads numbers as texts without a word; the note remains because it is never meant.
  state.problems.push({ kind: "unknown", path, expected: "String" });
  return String(value);
}

function decodeNumber(value: unknown, type: SchemaType, path: string, state: State): unknown {
  const number = typeof value === "string" && /^-?\d+(\.\d+)?$/.test(value) ? Number(value) : value;
  const fits = type.kind === "integer" ? Number.isSafeInteger(number) : Number.isFinite(number);
  return fits ? number : wrong(type, path, state);
}

function decodeBoolean(value: unknown, type: SchemaType, path: string, state: State): unknown {
  if (typeof value === "boolean") return value;
  if (typeof value === "string") return ["true", "yes", "1"].includes(value.toLowerCase());
  return typeof value === "number" ? value === 1 : wrong(type, path, state);
}

function decodeFile(value: unknown, path: string, state: State): unknown {
  if (isUpload(value)) return value;
  const part =
    typeof value === "string" && value.startsWith("attach://") ? state.uploads.get(value.slice(9)) : undefined;
  return part ?? wrong({ kind: "file" }, path, state);
}

function decodeArray(value: unknown, type: SchemaType & { kind: "array" }, path: string, state: State): unknown {
  if (!Array.isArray(value)) return wrong(type, path, state);
  const items = value.map((item: unknown, index) => decode(item, type.item, `${path}[${index}]`, state));
  return items.filter((item) => item !== nothing);
}

function decodeObject(value: unknown, type: SchemaType & { kind: "object" }, path: string, state: State): unknown {
  if (typeof value !== "object" || value === null || Array.isArray(value) || isUpload(value)) {
    return wrong(type, path, state);
  }
  const fields = fieldsOfObject(type.name);
  const object: Record<string, unknown> = {};
  for (const [name, member] of Object.entries(value)) {
    decodeMember({ into: object, fields, name, value: member }, path, state);
  }
  noteMissing(object, fields, path, state);
  return object;
}

/** The first member that fits entirely; else the one with the least wrong, so that the told problem is the likely one. */
function decodeUnion(value: unknown, members: readonly SchemaType[], path: string, state: State): unknown {
  let best: { readonly decoded: unknown; readonly problems: readonly Problem[] } | undefined;
  for (const member of members) {
    const attempt: State = { uploads: state.uploads, problems: [] };
    const decoded = decode(value, member, path, attempt);
    if (attempt.problems.length === 0) return decoded;
    if (best === undefined || badness(attempt.problems) < badness(best.problems)) {
      best = { decoded, problems: attempt.problems };
    }
  }
  if (best === undefined) return nothing;
  state.problems.push(...best.problems);
  return best.decoded;
}

/** A problem near the root weighs more: an object of the wrong kind is further off than one wrong field deep inside. */
function badness(problems: readonly Problem[]): number {
  let sum = 0;
  for (const { kind, path } of problems) {
    if (kind === "unknown") sum += 1;
    else if (path.endsWith(".type")) sum += 10_000;
    else sum += 1000 / path.split(".").length;
  }
  return sum;
}

/** Structured parameters may come as JSON in a text, also inside a JSON body. */
function fromText(value: unknown): unknown {
  if (typeof value !== "string") return value;
  try {
    return JSON.parse(value);
  } catch {
    // Not JSON: the caller says which type was expected.
    return value;
  }
}

function wrong(type: SchemaType, path: string, state: State): typeof nothing {
  state.problems.push({ kind: "wrong", path, expected: nameOfType(type) });
  return nothing;
}

function nameOfType(type: SchemaType): string {
  switch (type.kind) {
    case "string":
      return "String";
    case "choice":
      return `one of ${[...type.values].slice(0, 12).join(", ")}`;
    case "integer":
      return "Integer";
    case "float":
      return "Float";
    case "boolean":
    case "true":
      return "Boolean";
    case "file":
      return "InputFile";
    case "array":
      return `Array of ${nameOfType(type.item)}`;
    case "object":
    case "alias":
      return type.name;
    case "union":
  }
  return type.members.map(nameOfType).slice(0, 4).join(" or ");
}
