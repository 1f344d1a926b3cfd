import { Html } from "../lib/html.ts";
import type { Content } from "../telegram/index.ts";

interface StoredHtml {
  readonly markup: string;
}

/** As the database keeps it. Html has one field, so plain JSON carries everything. */
export function contentToJson(content: Content): string {
  return JSON.stringify(content);
}

/** @param stored what `contentToJson` made, parsed. */
export function contentFromJson(stored: unknown): Content {
  return revive(stored) as Content;
}

function revive(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(revive);
  if (typeof value !== "object" || value === null) return value;
  if (isStoredHtml(value)) return Html.trusted(value.markup);
  return Object.fromEntries(Object.entries(value).map(([key, inner]) => [key, revive(inner)]));
}

function isStoredHtml(value: object): value is StoredHtml {
  return "markup" in value && typeof value.markup === "string" && Object.keys(value).length === 1;
}
