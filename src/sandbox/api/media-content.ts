import type { InputMedia } from "@grammyjs/types";

import type { FileKind, MediaDescription } from "../world/file-store.ts";
import { imageSize } from "../world/image-size.ts";
import { addPhoto, documentObject, thumbnailOf, videoObject } from "../world/media.ts";
import type { MessageContent } from "../world/messages.ts";
import { present } from "../world/present.ts";
import type { Upload } from "../world/upload.ts";
import type { World } from "../world/world.ts";
import { badRequest } from "./bot-api-error.ts";
import type { Params } from "./context.ts";
import { resolveFile } from "./files.ts";
import type { GivenFile } from "./files.ts";
import { readCaption } from "./texts.ts";

const largestPhoto = 10 * 1024 * 1024;

/** A photo in all its sizes. */
export async function photoContent(world: World, given: GivenFile): Promise<MediaDescription> {
  return await mediaContent(world, { given, kind: "photo" }, (upload) => {
    if (upload.bytes.length > largestPhoto) throw badRequest("file is too big");
    const size = imageSize(upload.bytes);
    if (size === undefined) throw badRequest("IMAGE_PROCESS_FAILED");
    const ratio = Math.max(size.width, size.height) / Math.max(1, Math.min(size.width, size.height));
    if (size.width + size.height > 10_000 || ratio > 20) throw badRequest("PHOTO_INVALID_DIMENSIONS");
    const photo = addPhoto(world, upload, size);
    for (const { file_id: id } of photo) world.files.describe(id, { photo });
    return { photo };
  });
}

type VideoParams = Pick<Params<"sendVideo">, "video" | "width" | "height" | "duration" | "thumbnail"> &
  Pick<Params<"sendVideo">, "cover" | "start_timestamp">;

export async function videoContent(world: World, params: VideoParams): Promise<MediaDescription> {
  const { width, height, duration } = params;
  const cover = params.cover === undefined ? undefined : (await photoContent(world, params.cover)).photo;
  const content = await mediaContent(world, { given: params.video, kind: "video" }, (upload) => {
    const file = world.files.add({ kind: "video", ...upload });
    const thumbnail = thumbnailOf(world, params.thumbnail);
    const video = videoObject(file, { width, height, duration, thumbnail });
    world.files.describe(file.id, { video });
    return { video };
  });
  if (content.video === undefined) return content;
  return { video: { ...content.video, ...present({ cover, start_timestamp: params.start_timestamp }) } };
}

type AnimationParams = Pick<Params<"sendAnimation">, "animation" | "width" | "height" | "duration" | "thumbnail">;

export async function animationContent(world: World, params: AnimationParams): Promise<MediaDescription> {
  const { width, height, duration } = params;
  return await mediaContent(world, { given: params.animation, kind: "animation" }, (upload) => {
    const file = world.files.add({ kind: "animation", ...upload });
    const thumbnail = thumbnailOf(world, params.thumbnail);
    // Telegram repeats an animation as a document for old bots.
    const animation = videoObject(file, { width, height, duration, thumbnail });
    const description = { animation, document: documentObject(file, thumbnail) };
    world.files.describe(file.id, description);
    return description;
  });
}

type DocumentParams = Pick<Params<"sendDocument">, "document" | "thumbnail">;

export async function documentContent(world: World, params: DocumentParams): Promise<MediaDescription> {
  return await mediaContent(world, { given: params.document, kind: "document" }, (upload) => {
    const file = world.files.add({ kind: "document", ...upload });
    const document = documentObject(file, thumbnailOf(world, params.thumbnail));
    world.files.describe(file.id, { document });
    return { document };
  });
}

/** New bytes become what `store` makes of them; a known file becomes what it was before. */
async function mediaContent(
  world: World,
  { given, kind }: { readonly given: GivenFile; readonly kind: FileKind },
  store: (upload: Upload) => MediaDescription,
): Promise<MediaDescription> {
  const resolved = await resolveFile(world, given, kind);
  if ("upload" in resolved) return store(resolved.upload);
  const known = world.files.description(resolved.stored.id);
  const isOfKind = known !== undefined && kind in known;
  return isOfKind ? known : { document: documentObject(resolved.stored) };
}

/** One item of an album or of an edit, with its caption. */
export async function inputMediaContent(world: World, media: InputMedia<Upload>): Promise<MessageContent> {
  return { ...(await inputMedia(world, media)), ...readCaption(media), ...spoiler(media) };
}

async function inputMedia(world: World, media: InputMedia<Upload>): Promise<MediaDescription> {
  switch (media.type) {
    case "photo":
      return await photoContent(world, media.media);
    case "video":
      return await videoContent(world, { ...media, video: media.media });
    case "animation":
      return await animationContent(world, { ...media, animation: media.media });
    case "document":
      return await documentContent(world, { ...media, document: media.media });
    case "audio":
    case "live_photo":
  }
  throw badRequest(`media of type ${media.type} is not supported by the sandbox`);
}

/** Hidden behind a blur until it is pressed. */
export function spoiler(params: object): MessageContent {
  return "has_spoiler" in params && params.has_spoiler === true ? { has_media_spoiler: true } : {};
}
