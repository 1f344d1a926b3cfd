import type { MessageEntity } from "@grammyjs/types";
import type { ComponentChildren, JSX } from "preact";
import { useMemo } from "preact/hooks";

import type { ChatView } from "../../../src/sandbox/protocol.ts";
import { toPieces } from "../model/entities.ts";
import type { Piece } from "../model/entities.ts";
import { useSession } from "../session/use-session.ts";
import { CommandLink, Link, Mention } from "./text-links.tsx";
import { Code, CodeBlock, Quote, Spoiler } from "./text-parts.tsx";

interface RichTextProps {
  readonly text: string;
  readonly entities: readonly MessageEntity[] | undefined;
  readonly chat: ChatView;
}

/** A message's text with Telegram's formatting. */
export function RichText({ text, entities, chat }: RichTextProps): JSX.Element {
  const pieces = useMemo(() => toPieces(text, entities), [text, entities]);
  return <Pieces pieces={pieces} chat={chat} />;
}

interface PiecesProps {
  readonly pieces: readonly Piece[];
  readonly chat: ChatView;
}

function Pieces({ pieces, chat }: PiecesProps): JSX.Element {
  return (
    <>
      {pieces.map((piece, index) =>
        piece.kind === "text" ? piece.text : <EntityPiece key={index} piece={piece} chat={chat} />,
      )}
    </>
  );
}

interface EntityPieceProps {
  readonly piece: Extract<Piece, { kind: "entity" }>;
  readonly chat: ChatView;
}

function EntityPiece({ piece, chat }: EntityPieceProps): JSX.Element {
  const { entity, text } = piece;
  const inner = <Pieces pieces={piece.children} chat={chat} />;
  // A kind of a later Bot API shows its text at least.
  return Object.hasOwn(drawings, entity.type) ? drawings[entity.type]({ entity, text, inner, chat }) : inner;
}

interface Part {
  readonly entity: MessageEntity;
  readonly text: string;
  readonly inner: JSX.Element;
  readonly chat: ChatView;
}

const drawings: Readonly<Record<MessageEntity["type"], (part: Part) => JSX.Element>> = {
  bold: ({ inner }) => <strong>{inner}</strong>,
  italic: ({ inner }) => <em>{inner}</em>,
  underline: ({ inner }) => <u>{inner}</u>,
  strikethrough: ({ inner }) => <s>{inner}</s>,
  spoiler: ({ inner }) => <Spoiler>{inner}</Spoiler>,
  code: ({ text }) => <Code text={text} />,
  pre: ({ text, entity }) => <CodeBlock text={text} language={"language" in entity ? entity.language : undefined} />,
  blockquote: ({ inner }) => <Quote isExpandable={false}>{inner}</Quote>,
  expandable_blockquote: ({ inner }) => <Quote isExpandable>{inner}</Quote>,
  bot_command: ({ text, chat }) => <CommandLink command={text} chat={chat} />,
  mention: ({ text, inner }) => <Mention name={text.slice(1)}>{inner}</Mention>,
  text_mention: ({ inner }) => <span class="tag">{inner}</span>,
  hashtag: ({ inner }) => <span class="tag">{inner}</span>,
  cashtag: ({ inner }) => <span class="tag">{inner}</span>,
  url: ({ text, inner }) => <Link address={text}>{inner}</Link>,
  text_link: ({ text, entity, inner }) => <Link address={"url" in entity ? entity.url : text}>{inner}</Link>,
  email: ({ text, inner }) => <Link address={`mailto:${text}`}>{inner}</Link>,
  phone_number: ({ text, inner }) => <Link address={`tel:${text.replaceAll(/[^+\d]/g, "")}`}>{inner}</Link>,
  // The picture is Telegram's; the text is the ordinary emoji it stands for.
  custom_emoji: ({ inner }) => <span>{inner}</span>,
  date_time: ({ entity, inner }) =>
    "unix_time" in entity ? (
      <Moment at={entity.unix_time} format={entity.date_time_format}>
        {inner}
      </Moment>
    ) : (
      inner
    ),
};

interface MomentProps {
  readonly at: number;
  readonly format: string;
  readonly children: ComponentChildren;
}

function Moment({ at, format, children }: MomentProps): JSX.Element {
  const { formats } = useSession();
  const shown = formats.value.entity(at, format, new Date());
  return (
    <time class="tag" dateTime={new Date(at * 1000).toISOString()} title={formats.value.full(at)}>
      {shown === "" ? children : shown}
    </time>
  );
}
