import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import test from "node:test";

import { generateSchema } from "../../../tools/generate-bot-api-schema.ts";
import { methodFields, objectFields, typeAliases } from "./generated.ts";
import { fieldsOfMethod, fieldsOfObject } from "./notation.ts";
import type { SchemaType } from "./notation.ts";

test("the committed schema is what the installed declarations say", () => {
  assert.equal(readFileSync(new URL("generated.ts", import.meta.url), "utf8"), generateSchema());
});

test("the schema has every method and the well-known parameters", () => {
  assert.ok(Object.keys(methodFields).length >= 185);
  assert.equal(methodFields.sendMessage.text, "string");
  assert.equal(methodFields.sendVideo.video, "file | string");
  assert.equal(methodFields.sendLocation.latitude, "float");
  assert.equal(methodFields.getUpdates["limit?"], "integer");
});

test("every type that the schema names can be read", () => {
  const known = new Set([...Object.keys(objectFields), ...Object.keys(typeAliases)]);
  const check = (type: SchemaType): void => {
    if (type.kind === "array") check(type.item);
    if (type.kind === "union") for (const member of type.members) check(member);
    if (type.kind === "object" || type.kind === "alias") assert.ok(known.has(type.name), type.name);
  };
  for (const name of Object.keys(methodFields)) for (const { type } of fieldsOfMethod(name).values()) check(type);
  for (const name of Object.keys(objectFields)) for (const { type } of fieldsOfObject(name).values()) check(type);
});
