import type { Animation, Document, PhotoSize, Video } from "@grammyjs/types";

import type { StoredFile } from "./file-store.ts";
import { imageSize } from "./image-size.ts";
import type { ImageSize } from "./image-size.ts";
import { present } from "./present.ts";
import type { Upload } from "./upload.ts";
import type { World } from "./world.ts";

/** The longest side of each size that Telegram makes of a photo. */
const photoSides = [90, 320, 800, 1280, 2560];

/** Stores a photo. The smaller sizes have ids and dimensions of their own but, here, the same bytes. */
export function addPhoto(world: World, { fileName, mimeType, bytes }: Upload, size: ImageSize): PhotoSize[] {
  const longest = Math.max(size.width, size.height);
  const sides = photoSides.filter((side) => side < longest);
  if (longest <= Math.max(...photoSides)) sides.push(longest);
  return sides.map((side) => {
    const file = world.files.add({ kind: "photo", fileName, mimeType, bytes });
    return sizeOf(file, { width: scaled(size.width, side, longest), height: scaled(size.height, side, longest) });
  });
}

function scaled(length: number, side: number, longest: number): number {
  return Math.max(1, Math.round((length * Math.min(side, longest)) / longest));
}

/** One stored picture as the Bot API describes it. */
export function sizeOf(file: StoredFile, { width, height }: ImageSize): PhotoSize {
  return { file_id: file.id, file_unique_id: file.uniqueId, width, height, file_size: file.bytes.length };
}

export function thumbnailOf(world: World, upload: Upload | undefined): PhotoSize | undefined {
  if (upload === undefined) return undefined;
  const file = world.files.add({ kind: "thumbnail", ...upload });
  return sizeOf(file, imageSize(upload.bytes) ?? { width: 320, height: 320 });
}

export interface VideoFacts {
  readonly width: number | undefined;
  readonly height: number | undefined;
  readonly duration: number | undefined;
  readonly thumbnail: PhotoSize | undefined;
}

/** Without dimensions Telegram shows a square: the sandbox says so too, instead of reading the file. */
export function videoObject(file: StoredFile, { width, height, duration, thumbnail }: VideoFacts): Video & Animation {
  return {
    file_id: file.id,
    file_unique_id: file.uniqueId,
    width: width ?? 320,
    height: height ?? 320,
    duration: duration ?? 0,
    file_name: file.fileName,
    mime_type: file.mimeType,
    file_size: file.bytes.length,
    ...present({ thumbnail }),
  };
}

export function documentObject(file: StoredFile, thumbnail?: PhotoSize): Document {
  return {
    file_id: file.id,
    file_unique_id: file.uniqueId,
    file_name: file.fileName,
    mime_type: file.mimeType,
    file_size: file.bytes.length,
    ...present({ thumbnail }),
  };
}
