import type { Html } from "../lib/html.ts";
import {
  type BotApi,
  fillMedia,
  isTelegramFailure,
  type JsonObject,
  TelegramRefused,
  UploadUnreadable,
} from "../telegram/index.ts";
import { attachName, isUnknownFile, openFiles, reference } from "./call-files.ts";
import { type Claimed, isEdit, isUsual, type Outcome, type Sent } from "./claimed.ts";
import { composeCall, type ComposedCall, headJson } from "./compose-call.ts";
import type { PreparedContent } from "./contents.ts";
import { type Alarm, judgeFailure, judgeUnread } from "./judge-failure.ts";
import { nameFiles, readAnswer, type SentMessage } from "./read-answer.ts";
import type { PendingUpload, Uploads } from "./uploads.ts";

export interface DeliverDeps {
  readonly api: Pick<BotApi, "callRaw" | "upload">;
  readonly uploads: Uploads;
  readonly random: () => number;
  readonly repeatsAfterDoubt: (lane: number) => boolean;
  readonly paidBroadcast: (lane: number) => boolean;
  /** Whether a possible repeat says so. */
  readonly marksRepeat: (lane: number) => boolean;
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
      const sent = readAnswer(await api.callRaw(method, head + tail, idOnly));
      const more = claimed.sentIds.length + 1 < prepared.parts.length;
      return { outcome: { ...plainSent, messageId: sent?.messageId, more } };
    } catch (error) {
      return judge(claimed, error);
    }
  };

  const deliverComposed = async (claimed: Claimed, prepared: PreparedContent): Promise<Attempt> => {
    const call = composeCall(claimed, prepared, {
      repeatMark:
        claimed.perhapsRepeat && deps.marksRepeat(claimed.lane) ? await deps.repeatMark(claimed.chatId) : undefined,
      paidBroadcast: deps.paidBroadcast(claimed.lane),
    });
    let files;
    try {
      files = await openFiles(uploads, call);
    } catch {
      return judgeUnread(claimed, deps.random());
    }
    if (files === "gone")
      return { outcome: { type: "ended", state: "failed", error: "a file of the message is gone" } };
    try {
      const sent = readAnswer(await perform(call, files));
      const uploaded = nameFiles(call.media, sent?.fileIds ?? []).filter(({ mediaId }) =>
        files.has(attachName(mediaId)),
      );
      for (const { mediaId, fileId } of uploaded) uploads.named(mediaId, fileId);
      return { outcome: sentOutcome(claimed, call, sent, uploaded) };
    } catch (error) {
      // Sent by names of which Telegram knows one no more: next time the files themselves.
      if (error instanceof TelegramRefused && isUnknownFile(error) && call.media.length > files.size) {
        uploads.forget(call.media.map(({ mediaId }) => mediaId));
        return {
          outcome: {
            type: "again",
            delayMs: 0,
            counts: true,
            event: "uploaded",
            detail: "Telegram had lost its file: uploaded again",
          },
        };
      }
      return error instanceof UploadUnreadable ? judgeUnread(claimed, deps.random()) : judge(claimed, error);
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

  return async (claimed, prepared) => {
    const usual = isUsual(claimed) ? prepared.parts[claimed.sentIds.length] : undefined;
    return usual?.tail === undefined
      ? await deliverComposed(claimed, prepared)
      : await deliverUsual(claimed, prepared, usual.method, usual.tail);
  };
}

const idOnly = { wanted: "message_id" } as const;

const plainSent: Sent = {
  type: "sent",
  messageId: undefined,
  files: [],
  fileId: undefined,
  showsMedia: false,
  more: false,
};

function sentOutcome(
  claimed: Claimed,
  call: ComposedCall,
  sent: SentMessage | undefined,
  uploaded: Sent["files"],
): Sent {
  // Some edits are answered with a bare "true".
  const edited = isEdit(claimed) ? (claimed.editMessageId ?? claimed.card?.messageId ?? undefined) : undefined;
  const [fileId] = sent?.fileIds ?? [];
  return {
    type: "sent",
    messageId: sent?.messageId ?? edited,
    files: uploaded,
    fileId,
    showsMedia: fileId !== undefined,
    more: call.part + 1 < call.parts,
  };
}

/** A text for a message that turns out to have media becomes its caption. */
function asCaption(call: ComposedCall, payload: JsonObject, error: unknown): JsonObject | undefined {
  if (call.method !== "editMessageText" || !(error instanceof TelegramRefused)) return undefined;
  if (!/there is no text in the message to edit/i.test(error.description)) return undefined;
  const { text, link_preview_options: _, ...rest } = payload;
  return { ...rest, caption: text };
}
