import type { Message } from "@grammyjs/types";
import type { JSX } from "preact";

import type { ChatView } from "../../../src/sandbox/protocol.ts";
import { captioned, contentKind, isBare, textOf } from "../model/content.ts";
import { FileRow } from "./file-row.tsx";
import { InvoiceCard } from "./invoice-card.tsx";
import { OtherContent } from "./other-content.tsx";
import { PictureGrid } from "./picture-grid.tsx";
import { RichText } from "./rich-text.tsx";

interface MessageBodyProps {
  readonly messages: readonly [Message, ...Message[]];
  readonly chat: ChatView;
  /** Time and ticks: in the text's last line, else after everything. */
  readonly meta: JSX.Element;
}

/** What a message says: media, then text, or the other way round when the bot wants the caption above. */
export function MessageBody({ messages, chat, meta }: MessageBodyProps): JSX.Element {
  const speaker = captioned(messages);
  const text = textOf(speaker);
  const isAbove = speaker.show_caption_above_media === true;
  const isMetaInText = text !== "" && !isAbove && !isBare(speaker);
  const words = text !== "" && (
    <div class={isBare(speaker) ? "big-emoji" : "text"}>
      <RichText text={text} entities={speaker.entities ?? speaker.caption_entities} chat={chat} />
      {isMetaInText && meta}
    </div>
  );
  return (
    <>
      {isAbove && words}
      <Media messages={messages} />
      {!isAbove && words}
      {!isMetaInText && meta}
    </>
  );
}

function Media({ messages }: Pick<MessageBodyProps, "messages">): JSX.Element | null {
  const [message] = messages;
  switch (contentKind(message)) {
    case "photo":
    case "video":
    case "animation":
      return <PictureGrid messages={messages} />;
    case "document":
    case "audio":
    case "voice":
      return (
        <>
          {messages.map((one) => (
            <FileRow key={one.message_id} message={one} />
          ))}
        </>
      );
    case "invoice":
      return <InvoiceCard message={message} />;
    case "sticker":
    case "other":
      return <OtherContent message={message} />;
    case "text":
    case "service":
      return null;
  }
}
