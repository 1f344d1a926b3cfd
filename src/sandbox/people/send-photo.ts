import type { Message } from "@grammyjs/types";

import { detectEntities } from "../text/detect-entities.ts";
import { imageSize } from "../world/image-size.ts";
import { addPhoto, documentObject } from "../world/media.ts";
import type { MessageContent } from "../world/messages.ts";
import { present } from "../world/present.ts";
import type { PersonRecord, World } from "../world/world.ts";
import { findChat, PersonError, say } from "./people-actions.ts";

export interface PhotoBody {
  readonly bytes: Buffer;
  readonly contentType: string;
}

const extensions: ReadonlyMap<string, string> = new Map([
  ["image/jpeg", "jpg"],
  ["image/png", "png"],
  ["image/webp", "webp"],
]);
const longestCaption = 1024;

/** Sends a picture, as a photo or (`asFile`) as a file; the query is that of `SendPhotoQuery`. */
export function sendPhoto(world: World, person: PersonRecord, query: URLSearchParams, body: PhotoBody): Message {
  const chat = findChat(world, person, Number(query.get("chatId")));
  const mimeType = body.contentType.split(";")[0]?.trim().toLowerCase() ?? "";
  const extension = extensions.get(mimeType);
  if (extension === undefined) throw new PersonError("Only JPEG, PNG and WebP pictures can be sent.");
  const size = imageSize(body.bytes);
  if (size === undefined) throw new PersonError("This is not a picture.");
  const upload = { fileName: `photo.${extension}`, mimeType, bytes: body.bytes };
  const media: MessageContent =
    query.get("asFile") === "true"
      ? { document: documentObject(world.files.add({ kind: "document", ...upload })) }
      : { photo: addPhoto(world, upload, size) };
  const numbered = (name: string): number | undefined => (query.has(name) ? Number(query.get(name)) : undefined);
  const [threadId, replyToMessageId] = [numbered("threadId"), numbered("replyToMessageId")];
  return say(world, {
    person,
    chat,
    request: present({ threadId, replyToMessageId }),
    content: { ...media, ...caption(query.get("caption")) },
  });
}

function caption(given: string | null): MessageContent {
  const text = given?.trim() ?? "";
  if (text === "") return {};
  if (text.length > longestCaption) throw new PersonError(`A caption has at most ${longestCaption} characters.`);
  const entities = detectEntities(text);
  return { caption: text, ...(entities.length > 0 ? { caption_entities: [...entities] } : {}) };
}
