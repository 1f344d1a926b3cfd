import { html, Html } from "../lib/html.ts";
import type { Translate } from "../lib/texts.ts";
import type { Button, Content, Keyboard, TextContent } from "../telegram/index.ts";

/** A message that quiet hours have held and that may be joined with others. */
export interface HeldMessage {
  readonly id: number;
  readonly content: Content;
}

/** Several held messages of a chat as one. */
export interface Digest {
  readonly memberIds: readonly number[];
  readonly content: TextContent;
}

/** A screen or two; what is longer is split by Telegram's limit anyway. */
const mostMessages = 20;
/** Telegram takes 100; below that a keyboard is of no use any more. */
const mostButtons = 40;

/**
 * Joins texts that waited for one chat, oldest first. Media and questions that open the reply field stay messages of
 * their own. Buttons are kept: they come below the digest, with the number of the message they belong to.
 */
export function makeDigests(held: readonly HeldMessage[], t: Translate): readonly Digest[] {
  const chunks: JoinableMessage[][] = [];
  for (const message of held.filter(isJoinable)) {
    const chunk = chunks.at(-1);
    if (chunk !== undefined && hasRoom(chunk, message)) chunk.push(message);
    else chunks.push([message]);
  }
  return chunks
    .filter(({ length }) => length > 1)
    .map((chunk) => ({ memberIds: chunk.map(({ id }) => id), content: join(chunk, t) }));
}

interface JoinableMessage extends HeldMessage {
  readonly content: TextContent;
}

function isJoinable(message: HeldMessage): message is JoinableMessage {
  const { content } = message;
  return content.kind === "text" && (content.keyboard === undefined || "inline" in content.keyboard);
}

function hasRoom(chunk: readonly JoinableMessage[], next: JoinableMessage): boolean {
  const buttons = [...chunk, next].reduce((sum, { content }) => sum + rowsOf(content.keyboard).flat().length, 0);
  return chunk.length < mostMessages && buttons <= mostButtons;
}

function join(chunk: readonly JoinableMessage[], t: Translate): TextContent {
  const numbered = chunk.some(({ content }) => rowsOf(content.keyboard).length > 0);
  const items = chunk.map(({ content }, index) =>
    numbered ? html`<b>${index + 1}.</b> ${content.html}` : content.html,
  );
  const rows = chunk.flatMap(({ content }, index) =>
    rowsOf(content.keyboard).map((row) => row.map((button) => withNumber(button, index + 1))),
  );
  return {
    kind: "text",
    html: Html.join([t("delivery-digest-title", { count: chunk.length }), ...items], "\n\n"),
    ...(rows.length > 0 && { keyboard: { inline: rows } }),
  };
}

function rowsOf(keyboard: Keyboard | undefined): readonly (readonly Button[])[] {
  return keyboard !== undefined && "inline" in keyboard ? keyboard.inline : [];
}

function withNumber(button: Button, number: number): Button {
  return { ...button, text: `${number} · ${button.text}` };
}
