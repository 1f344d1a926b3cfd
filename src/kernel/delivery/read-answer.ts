import type { MediaSlot } from "../telegram/index.ts";

/** What of a sent message matters to us. */
export interface SentMessage {
  readonly messageId: number;
  /** The `file_id`s of its media, in order. */
  readonly fileIds: readonly string[];
}

const mediaKinds = ["video", "animation", "document", "audio"] as const;

/** Reads a `Message`, the messages of an album, or the bare `true` of some edits (then there is no id to learn). */
export function readAnswer(result: unknown): SentMessage | undefined {
  const messages: readonly unknown[] = Array.isArray(result) ? result : [result];
  const first = messages[0];
  if (!isRecord(first) || typeof first["message_id"] !== "number") return undefined;
  return { messageId: first["message_id"], fileIds: messages.flatMap(fileIdOf) };
}

/** Which stored file has got which name: files of a call stand in the order of its media. */
export function nameFiles(
  media: readonly MediaSlot[],
  fileIds: readonly string[],
): readonly { readonly mediaId: string; readonly fileId: string }[] {
  return media
    .filter(({ role }) => role === "file")
    .flatMap((slot) => {
      const fileId = fileIds[albumIndex(slot) ?? 0];
      return fileId === undefined ? [] : [{ mediaId: slot.mediaId, fileId }];
    });
}

function albumIndex({ path }: MediaSlot): number | undefined {
  const index = path.find((step) => typeof step === "number");
  return typeof index === "number" ? index : undefined;
}

function fileIdOf(message: unknown): readonly string[] {
  if (!isRecord(message)) return [];
  const sizes: readonly unknown[] = Array.isArray(message["photo"]) ? message["photo"] : [];
  // Sizes of one photo, the largest last. An animation is also shown as a document, so it is looked for first.
  const file = sizes.at(-1) ?? mediaKinds.map((kind) => message[kind]).find(isRecord);
  return isRecord(file) && typeof file["file_id"] === "string" ? [file["file_id"]] : [];
}

function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === "object" && value !== null;
}
