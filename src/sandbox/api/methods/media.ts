import type { File, PhotoSize } from "@grammyjs/types";

import { imageSize } from "../../world/image-size.ts";
import { addPhoto, documentObject, sizeOf, thumbnailOf, videoObject } from "../../world/media.ts";
import type { MessageContent } from "../../world/messages.ts";
import { present } from "../../world/present.ts";
import type { World } from "../../world/world.ts";
import { badRequest } from "../bot-api-error.ts";
import type { MethodTable, Params } from "../context.ts";
import { resolveFile, storeFile } from "../files.ts";
import type { GivenFile } from "../files.ts";
import { findWritableChat } from "../targets.ts";
import { readCaption } from "../texts.ts";
import { send } from "./messages.ts";

const megabyte = 1024 * 1024;
const largestPhoto = 10 * megabyte;
const largestDownload = 20 * megabyte;

export const mediaMethods = {
  sendPhoto: async (context, params) => {
    findWritableChat(context.world, params.chat_id);
    const photo = await photoSizes(context.world, params.photo);
    const content = { photo, ...readCaption(params), ...spoiler(params) };
    return send(context, params, () => ({ content }));
  },

  sendVideo: async (context, params) => {
    findWritableChat(context.world, params.chat_id);
    const content = { ...(await videoContent(context.world, params)), ...readCaption(params), ...spoiler(params) };
    return send(context, params, () => ({ content }));
  },

  sendAnimation: async (context, params) => {
    findWritableChat(context.world, params.chat_id);
    const content = { ...(await animationContent(context.world, params)), ...readCaption(params), ...spoiler(params) };
    return send(context, params, () => ({ content }));
  },

  sendDocument: async (context, params) => {
    findWritableChat(context.world, params.chat_id);
    const content = { ...(await documentContent(context.world, params)), ...readCaption(params) };
    return send(context, params, () => ({ content }));
  },

  getFile: ({ world }, params): File => {
    const file = world.files.find(params.file_id);
    if (file === undefined) throw badRequest("wrong file_id or the file is temporarily unavailable");
    if (file.bytes.length > largestDownload) throw badRequest("file is too big");
    return { file_id: file.id, file_unique_id: file.uniqueId, file_size: file.bytes.length, file_path: file.path };
  },
} satisfies MethodTable;

/** A photo's sizes: made of new bytes, or those that belong to the `file_id`. */
export async function photoSizes(world: World, given: GivenFile): Promise<PhotoSize[]> {
  const resolved = await resolveFile(world, given, "photo");
  if ("stored" in resolved) {
    return [sizeOf(resolved.stored, imageSize(resolved.stored.bytes) ?? { width: 1, height: 1 })];
  }
  if (resolved.upload.bytes.length > largestPhoto) throw badRequest("file is too big");
  const size = imageSize(resolved.upload.bytes);
  if (size === undefined) throw badRequest("IMAGE_PROCESS_FAILED");
  const ratio = Math.max(size.width, size.height) / Math.max(1, Math.min(size.width, size.height));
  if (size.width + size.height > 10_000 || ratio > 20) throw badRequest("PHOTO_INVALID_DIMENSIONS");
  return addPhoto(world, resolved.upload, size);
}

export type VideoParams = Pick<
  Params<"sendVideo">,
  "video" | "width" | "height" | "duration" | "thumbnail" | "cover" | "start_timestamp"
>;

export async function videoContent(world: World, params: VideoParams): Promise<MessageContent> {
  const file = storeFile(world, await resolveFile(world, params.video, "video"), "video");
  const { width, height, duration } = params;
  const thumbnail = thumbnailOf(world, params.thumbnail);
  const cover = params.cover === undefined ? undefined : await photoSizes(world, params.cover);
  const video = videoObject(file, { width, height, duration, thumbnail });
  return { video: { ...video, ...present({ cover, start_timestamp: params.start_timestamp }) } };
}

export type AnimationParams = Pick<
  Params<"sendAnimation">,
  "animation" | "width" | "height" | "duration" | "thumbnail"
>;

export async function animationContent(world: World, params: AnimationParams): Promise<MessageContent> {
  const file = storeFile(world, await resolveFile(world, params.animation, "animation"), "animation");
  const { width, height, duration } = params;
  const thumbnail = thumbnailOf(world, params.thumbnail);
  // Telegram repeats an animation as a document for old bots.
  return {
    animation: videoObject(file, { width, height, duration, thumbnail }),
    document: documentObject(file, thumbnail),
  };
}

export async function documentContent(
  world: World,
  params: Pick<Params<"sendDocument">, "document" | "thumbnail">,
): Promise<MessageContent> {
  const file = storeFile(world, await resolveFile(world, params.document, "document"), "document");
  return { document: documentObject(file, thumbnailOf(world, params.thumbnail)) };
}

export function spoiler(params: { readonly has_spoiler?: boolean }): MessageContent {
  return params.has_spoiler ? { has_media_spoiler: true } : {};
}
