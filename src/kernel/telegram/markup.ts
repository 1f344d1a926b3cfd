import { Html } from "../lib/html.ts";

/** A piece of Telegram's HTML. `visible` is what remains of it after Telegram has parsed entities. */
export type Token =
  | { readonly kind: "open" | "close"; readonly raw: string; readonly name: string }
  /** A run of plain characters: may be cut anywhere between them. */
  | { readonly kind: "text"; readonly raw: string; readonly visible: string }
  /** `&lt;` and the like: one piece. */
  | { readonly kind: "entity"; readonly raw: string; readonly visible: string };

const tagPattern = /<(\/?)([a-z][a-z0-9-]*)(?:"[^"]*"|'[^']*'|[^"'<>])*>/iy;
/** As Telegram reads them: four names, the semicolon optional; everything else that begins with `&` is text. */
const entityPattern = /&(?:#x([\da-fA-F]{1,6})|#(\d{1,7})|(lt|gt|amp|quot)(?![a-zA-Z]));?/y;
const named: Readonly<Record<string, string>> = { lt: "<", gt: ">", amp: "&", quot: '"' };

/** Reads markup into pieces that give the markup again when they are joined. What is no tag and no entity is text. */
export function tokenize(markup: string): readonly Token[] {
  const tokens: Token[] = [];
  let at = 0;
  while (at < markup.length) {
    const special = tagAt(markup, at) ?? entityAt(markup, at);
    const raw = special?.raw ?? markup.slice(at, nextSpecial(markup, at + 1));
    tokens.push(special ?? { kind: "text", raw, visible: raw });
    at += raw.length;
  }
  return tokens;
}

/** What a person sees, markup removed and entities resolved: the text for a message whose markup Telegram refused. */
export function plainText(html: Html | string): string {
  return visibleText(tokenize(html instanceof Html ? html.markup : html));
}

export function visibleText(tokens: readonly Token[]): string {
  let text = "";
  for (const token of tokens) if (token.kind === "text" || token.kind === "entity") text += token.visible;
  return text;
}

function tagAt(markup: string, at: number): Token | undefined {
  tagPattern.lastIndex = at;
  const match = tagPattern.exec(markup);
  if (match === null) return undefined;
  const [raw, slash, name = ""] = match;
  return { kind: slash === "/" ? "close" : "open", raw, name: name.toLowerCase() };
}

function entityAt(markup: string, at: number): Token | undefined {
  entityPattern.lastIndex = at;
  const match = entityPattern.exec(markup);
  if (match === null) return undefined;
  const [raw, hex, decimal, name] = match;
  if (name !== undefined) return { kind: "entity", raw, visible: named[name] ?? raw };
  const code = hex === undefined ? Number(decimal) : Number.parseInt(hex, 16);
  return code > 0 && code < 0x10_ff_ff ? { kind: "entity", raw, visible: String.fromCodePoint(code) } : undefined;
}

function nextSpecial(markup: string, from: number): number {
  for (let at = from; at < markup.length; at += 1) {
    const char = markup[at];
    if (char === "<" || char === "&") return at;
  }
  return markup.length;
}
