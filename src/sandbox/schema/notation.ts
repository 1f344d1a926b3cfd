import { methodFields, objectFields, typeAliases } from "./generated.ts";

/** The generated schema's types as a tree. `file` is what arrives as bytes: a multipart part or `attach://name`. */
export type SchemaType =
  | { readonly kind: "string" | "integer" | "float" | "boolean" | "true" | "file" }
  | { readonly kind: "choice"; readonly values: ReadonlySet<string> }
  | { readonly kind: "array"; readonly item: SchemaType }
  | { readonly kind: "object"; readonly name: string }
  /** Read when it is met: rich texts contain rich texts. */
  | { readonly kind: "alias"; readonly name: string }
  | { readonly kind: "union"; readonly members: readonly SchemaType[] };

export interface SchemaField {
  readonly name: string;
  readonly isRequired: boolean;
  readonly type: SchemaType;
}

type FieldTable = Readonly<Record<string, Readonly<Record<string, string>>>>;

/** Telegram takes method names in any case. */
const methodNames = new Map(Object.keys(methodFields).map((name) => [name.toLowerCase(), name]));
const readTypes = new Map<string, SchemaType>();
const readFields = new Map<string, ReadonlyMap<string, SchemaField>>();

/** All methods of the Bot API, as documented. */
export const allMethodNames: readonly string[] = [...methodNames.values()];

/** The documented spelling of a method, or undefined when there is no such method. */
export function findMethod(name: string): string | undefined {
  return methodNames.get(name.toLowerCase());
}

export function fieldsOfMethod(method: string): ReadonlyMap<string, SchemaField> {
  return fieldsOf(methodFields, method, `method ${method}`);
}

export function fieldsOfObject(name: string): ReadonlyMap<string, SchemaField> {
  return fieldsOf(objectFields, name, `object ${name}`);
}

/** What an alias stands for. */
export function typeOfAlias(name: string): SchemaType {
  return readType((typeAliases as Readonly<Record<string, string>>)[name] ?? name);
}

/** Read on first use: a process calls a few dozen of the 180 methods. */
function fieldsOf(table: FieldTable, name: string, key: string): ReadonlyMap<string, SchemaField> {
  const known = readFields.get(key);
  if (known !== undefined) return known;
  const fields = new Map<string, SchemaField>();
  for (const [written, type] of Object.entries(table[name] ?? {})) {
    const isRequired = !written.endsWith("?");
    const fieldName = isRequired ? written : written.slice(0, -1);
    fields.set(fieldName, { name: fieldName, isRequired, type: readType(type) });
  }
  readFields.set(key, fields);
  return fields;
}

function readType(text: string): SchemaType {
  const known = readTypes.get(text);
  if (known !== undefined) return known;
  const type = parseType(text);
  readTypes.set(text, type);
  return type;
}

function parseType(text: string): SchemaType {
  const members = splitUnion(text);
  if (members.length > 1) {
    if (members.every((member) => member.startsWith("'"))) {
      return { kind: "choice", values: new Set(members.map((member) => member.slice(1, -1))) };
    }
    return { kind: "union", members: members.map(readType) };
  }
  if (text.endsWith("[]")) return { kind: "array", item: readType(unwrap(text.slice(0, -2))) };
  if (text.startsWith("'")) return { kind: "choice", values: new Set([text.slice(1, -1)]) };
  if (isPlain(text)) return { kind: text };
  return { kind: text in typeAliases ? "alias" : "object", name: text };
}

function isPlain(text: string): text is "string" | "integer" | "float" | "boolean" | "true" | "file" {
  return ["string", "integer", "float", "boolean", "true", "file"].includes(text);
}

function unwrap(text: string): string {
  return text.startsWith("(") ? text.slice(1, -1) : text;
}

/** Splits at the bars outside parentheses and quotes. */
function splitUnion(text: string): readonly string[] {
  const members: string[] = [];
  let depth = 0;
  let start = 0;
  for (let at = 0; at < text.length; at += 1) {
    const character = text[at];
    if (character === "(") depth += 1;
    else if (character === ")") depth -= 1;
    else if (character === "|" && depth === 0) {
      members.push(text.slice(start, at).trim());
      start = at + 1;
    }
  }
  members.push(text.slice(start).trim());
  return members;
}
