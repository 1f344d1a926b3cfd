import type { File, Message } from "@grammyjs/types";

import type { MessageContent } from "../../world/messages.ts";
import { badRequest } from "../bot-api-error.ts";
import type { ApiContext, MethodTable } from "../context.ts";
import {
  animationContent,
  documentContent,
  inputMediaContent,
  photoContent,
  spoiler,
  videoContent,
} from "../media-content.ts";
import { send } from "../send.ts";
import type { SendOptions } from "../send.ts";
import { findWritableChat } from "../targets.ts";
import { readCaption } from "../texts.ts";

const largestDownload = 20 * 1024 * 1024;

export const mediaMethods = {
  sendPhoto: async (context, params) =>
    await sendMedia(context, params, async () => ({
      ...(await photoContent(context.world, params.photo)),
      ...readCaption(params),
      ...spoiler(params),
    })),

  sendVideo: async (context, params) =>
    await sendMedia(context, params, async () => ({
      ...(await videoContent(context.world, params)),
      ...readCaption(params),
      ...spoiler(params),
    })),

  sendAnimation: async (context, params) =>
    await sendMedia(context, params, async () => ({
      ...(await animationContent(context.world, params)),
      ...readCaption(params),
      ...spoiler(params),
    })),

  sendDocument: async (context, params) =>
    await sendMedia(context, params, async () => ({
      ...(await documentContent(context.world, params)),
      ...readCaption(params),
    })),

  sendMediaGroup: async (context, params) => {
    const { media, ...options } = params;
    if (media.length < 2) throw badRequest("too few messages to send as an album");
    if (media.length > 10) throw badRequest("too many messages to send as an album");
    findWritableChat(context.world, params.chat_id);
    const contents: MessageContent[] = [];
    for (const item of media) contents.push(await inputMediaContent(context.world, item));
    const groupId = String(Math.floor(context.world.ids.random() * 1e16));
    return contents.map((content) =>
      send(context, options, () => ({ content: { ...content, media_group_id: groupId } })),
    );
  },

  getFile: ({ world }, params): File => {
    const file = world.files.find(params.file_id);
    if (file === undefined) throw badRequest("wrong file_id or the file is temporarily unavailable");
    if (file.bytes.length > largestDownload) throw badRequest("file is too big");
    return { file_id: file.id, file_unique_id: file.uniqueId, file_size: file.bytes.length, file_path: file.path };
  },
} satisfies MethodTable;

/** Looks at the chat before the bytes: nobody uploads 50 MB to hear that he is blocked, and the bytes would stay. */
async function sendMedia(
  context: ApiContext,
  options: SendOptions,
  makeContent: () => Promise<MessageContent>,
): Promise<Message> {
  findWritableChat(context.world, options.chat_id);
  const content = await makeContent();
  return send(context, options, () => ({ content }));
}
