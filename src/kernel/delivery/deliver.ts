import type { Html } from "../lib/html.ts";
import {
  type BotApi,
  fillMedia,
  isTelegramFailure,
  type JsonObject,
  type MediaSlot,
  type TelegramFailure,
  TelegramRefused,
} from "../telegram/index.ts";
import { type Claimed, isEdit, isUsual, type Outcome } from "./claimed.ts";
import { composeCall, type ComposedCall, headJson } from "./compose-call.ts";
import type { PreparedContent } from "./contents.ts";
import { type Alarm, judgeFailure } from "./judge-failure.ts";
import { nameFiles, readAnswer, type SentMessage } from "./read-answer.ts";
import type { PendingUpload, Uploads } from "./uploads.ts";

export interface DeliverDeps {
  readonly api: Pick<BotApi, "callRaw" | "upload">;
  readonly uploads: Uploads;
  readonly random: () => number;
  readonly repeatsAfterDoubt: (lane: number) => boolean;
  readonly paidBroadcast: (lane: number) => boolean;
  /** In the language of the chat; only asked for what may be a repeat. */
  readonly repeatMark: (chatId: number) => Promise<Html>;
}

export interface Attempt {
  readonly outcome: Outcome;
  readonly alarm?: Alarm | undefined;
}

/** Makes one attempt: one call to Telegram, and what its answer means. Never rejects for what Telegram or the network do. */
export type Deliver = (claimed: Claimed, prepared: PreparedContent) => Promise<Attempt>;

export function makeDeliver(deps: DeliverDeps): Deliver {
  const { api, uploads } = deps;

  const judge = (claimed: Claimed, thrown: unknown): Attempt => {
    if (!isTelegramFailure(thrown)) throw thrown;
    return judgeFailure(claimed, thrown, {
      repeatsAfterDoubt: deps.repeatsAfterDoubt(claimed.lane),
      random: deps.random(),
    });
  };

  const deliverUsual = async (
    claimed: Claimed,
    prepared: PreparedContent,
    method: string,
    tail: string,
  ): Promise<Attempt> => {
    const head = headJson(claimed, { paidBroadcast: deps.paidBroadcast(claimed.lane) });
    try {
      const sent = readAnswer(await api.callRaw(method, head + tail));
      const more = claimed.sentIds.length + 1 < prepared.parts.length;
      return {
        outcome: {
          type: "sent",
          messageId: sent?.messageId ?? 0,
          files: [],
          fileId: undefined,
          showsMedia: false,
          more,
        },
      };
    } catch (error) {
      return judge(claimed, error);
    }
  };

  const deliverComposed = async (claimed: Claimed, prepared: PreparedContent): Promise<Attempt> => {
    const call = composeCall(claimed, prepared, {
      repeatMark: claimed.perhapsRepeat ? await deps.repeatMark(claimed.chatId) : undefined,
      paidBroadcast: deps.paidBroadcast(claimed.lane),
    });
    const files = await openFiles(uploads, call);
    if (files === "gone")
      return { outcome: { type: "ended", state: "failed", error: "a file of the message is gone" } };
    try {
      const sent = readAnswer(await perform(call, files));
      return { outcome: sentOutcome(claimed, call, sent, files) };
    } catch (error) {
      if (error instanceof TelegramRefused && isUnknownFile(error) && call.media.length > files.size) {
        uploads.forget(call.media.map(({ mediaId }) => mediaId));
      }
      return judge(claimed, error);
    }
  };

  const perform = async (call: ComposedCall, files: ReadonlyMap<string, PendingUpload>): Promise<unknown> => {
    const payload = fillMedia(call, (slot) => reference(uploads, files, slot));
    if (files.size > 0) return await api.upload(call.method, payload, { files: Object.fromEntries(files) });
    try {
      return await api.callRaw(call.method, JSON.stringify(payload));
    } catch (error) {
      const caption = asCaption(call, payload, error);
      if (caption === undefined) throw error;
      return await api.callRaw("editMessageCaption", JSON.stringify(caption));
    }
  };

  const sentOutcome = (
    claimed: Claimed,
    call: ComposedCall,
    sent: SentMessage | undefined,
    files: ReadonlyMap<string, PendingUpload>,
  ): Outcome => {
    const names = nameFiles(call.media, sent?.fileIds ?? []);
    for (const { mediaId, fileId } of names) uploads.named(mediaId, fileId);
    const shown = isEdit(claimed) ? (claimed.editMessageId ?? claimed.card?.messageId) : undefined;
    return {
      type: "sent",
      messageId: sent?.messageId ?? shown ?? 0,
      files: names.filter(({ mediaId }) => [...files.keys()].includes(attachName(mediaId))),
      fileId: sent?.fileIds[0],
      showsMedia: (sent?.fileIds.length ?? 0) > 0,
      more: call.part + 1 < call.parts,
    };
  };

  return async (claimed, prepared) => {
    const usual = isUsual(claimed) ? prepared.parts[claimed.sentIds.length] : undefined;
    return usual?.tail === undefined
      ? await deliverComposed(claimed, prepared)
      : await deliverUsual(claimed, prepared, usual.method, usual.tail);
  };
}

/** Opens what has to be uploaded. */
async function openFiles(uploads: Uploads, call: ComposedCall): Promise<ReadonlyMap<string, PendingUpload> | "gone"> {
  const files = new Map<string, PendingUpload>();
  const needed = call.media.filter(({ mediaId }) => uploads.fileId(mediaId) === undefined);
  // A thumbnail goes with the file it belongs to, or not at all.
  const uploading = call.media.some(({ role, mediaId }) => role === "file" && uploads.fileId(mediaId) === undefined);
  for (const { mediaId, role } of uploading ? needed : []) {
    const file = await uploads.open(mediaId);
    if (file !== undefined) files.set(attachName(mediaId), file);
    else if (role === "file") {
      for (const opened of files.values()) opened.body.destroy();
      return "gone";
    }
  }
  return files;
}

function reference(
  uploads: Uploads,
  files: ReadonlyMap<string, PendingUpload>,
  { mediaId, role }: MediaSlot,
): string | undefined {
  if (files.has(attachName(mediaId))) return `attach://${attachName(mediaId)}`;
  return role === "file" ? uploads.fileId(mediaId) : undefined;
}

function attachName(mediaId: string): string {
  return `file-${mediaId}`;
}

function isUnknownFile({ description }: TelegramFailure & { description: string }): boolean {
  return /wrong (file identifier|remote file)|invalid file/i.test(description);
}

/** A text for a message that turns out to have media becomes its caption. */
function asCaption(call: ComposedCall, payload: JsonObject, error: unknown): JsonObject | undefined {
  if (call.method !== "editMessageText" || !(error instanceof TelegramRefused)) return undefined;
  if (!/there is no text in the message to edit/i.test(error.description)) return undefined;
  const { text, link_preview_options: _, ...rest } = payload;
  return { ...rest, caption: text };
}
