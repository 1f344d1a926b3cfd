import type { Tx } from "#kernel/db/index.ts";
import type { Kernel } from "#kernel/feature.ts";
import { Html, html } from "#kernel/lib/html.ts";
import type { Language } from "#kernel/lib/language.ts";
import { formatCredits } from "#kernel/lib/money.ts";
import type { Translate } from "#kernel/lib/texts.ts";
import { type Button, callbackData, type Content } from "#kernel/telegram/index.ts";
import { formatResolution } from "#providers/video/catalogue.ts";

import type { JobAnnouncer, Standing } from "../announcer.ts";
import { type FetchedVideo, isCancellable, isEnded } from "../job-state.ts";
import { isInGroup, type VideoJob } from "../job.ts";
import { jobTopic, receiptTopic, videoTopic } from "../notifications.ts";
import { workingModel } from "../offers.ts";
import { modelSettings } from "../settings.ts";
import { minutesLeft } from "../show-job.ts";

/** The settlement handler that hears how the video's delivery ended. */
export const videoSettlement = "studio.video-sent";

const barLength = 10;

type AnnouncerDeps = Pick<Kernel, "delivery" | "accounts" | "settings" | "texts" | "clock" | "media" | "publicUrl">;

/** Tells people of their jobs: one card for each, and the video. */
export function makeAnnouncer(kernel: AnnouncerDeps): JobAnnouncer {
  return {
    showCard: async (tx, job, standing) => {
      const t = await textsFor(kernel, tx, job);
      if (t === undefined) return;
      await kernel.delivery.putCard(tx, {
        key: `studio.job:${job.id}`,
        chatId: job.chatId,
        topic: jobTopic,
        silent: true,
        content: {
          kind: "text",
          html: await cardText(kernel, { job, standing, t }),
          keyboard: { inline: buttonsFor(job, t) },
        },
        ...(job.threadId !== undefined && { threadId: job.threadId }),
        ...(job.promptMessageId !== undefined && { replyToMessageId: job.promptMessageId }),
      });
    },
    settleInPrivate: async (tx, job) => {
      const user = await kernel.accounts.userById(tx, job.userId);
      if (user === undefined) return;
      const t = kernel.texts(user.language);
      const group = (await kernel.accounts.chatById(tx, job.chatId))?.title ?? "";
      const html = settlementText(job, { t, group });
      if (html === undefined) return;
      await kernel.delivery.enqueue(tx, {
        chatId: user.telegramId,
        topic: receiptTopic,
        silent: true,
        dedupeKey: `studio.receipt:${job.id}`,
        content: { kind: "text", html },
      });
    },
    sendVideo: async (tx, job, video) => {
      const id = await kernel.delivery.enqueue(tx, {
        chatId: job.chatId,
        topic: videoTopic,
        dedupeKey: `studio.video:${job.id}`,
        settle: { handler: videoSettlement, reference: job.id },
        content: await videoContent(kernel, tx, { job, video }),
        // Nobody is to pay for a link that is over when it comes.
        ...(video.linkUntil !== undefined && { expiresAt: new Date(video.linkUntil.getTime() - leastLinkMs) }),
        ...(job.threadId !== undefined && { threadId: job.threadId }),
        ...(job.promptMessageId !== undefined && { replyToMessageId: job.promptMessageId }),
      });
      if (id === undefined) throw new Error("the video of this job was queued before");
      return id;
    },
  };
}

const leastLinkMs = 60 * 60_000;

interface Finished {
  readonly job: VideoJob;
  readonly video: FetchedVideo;
}

/** The video itself, or a link to it with a picture of it. */
async function videoContent(kernel: AnnouncerDeps, tx: Tx, finished: Finished): Promise<Content> {
  const { job, video } = finished;
  const user = await kernel.accounts.userById(tx, job.userId);
  const t = kernel.texts(user?.language ?? "en");
  const thumbnail = video.thumbnailMediaId === undefined ? undefined : { mediaId: video.thumbnailMediaId };
  const about = { model: await modelLabel(kernel, job), seconds: video.durationSeconds };
  if (video.linkUntil === undefined) {
    return {
      kind: "video",
      media: { mediaId: video.mediaId },
      shape: { width: video.width, height: video.height, durationSeconds: video.durationSeconds },
      ...(user !== undefined && { caption: t("studio-video-caption", about) }),
      ...(thumbnail && { thumbnail }),
    };
  }
  const date = new Intl.DateTimeFormat(t.language, {
    dateStyle: "medium",
    timeStyle: "short",
    timeZone: user?.timeZone ?? "UTC",
  });
  const size = formatMegabytes(video.bytes, t.language);
  const words = t("studio-video-link", { ...about, size, until: date.format(video.linkUntil) });
  const url = `${kernel.publicUrl()}${kernel.media.signedPath(video.mediaId, video.linkUntil)}`;
  const keyboard = { inline: [[{ text: t.plain("studio-button-download", { size }), url }]] };
  return thumbnail === undefined
    ? { kind: "text", html: words, keyboard }
    : { kind: "photo", media: thumbnail, caption: words, keyboard };
}

/** Whole megabytes, as people read sizes. */
function formatMegabytes(bytes: number, language: Language): string {
  const unit = { style: "unit", unit: "megabyte", maximumFractionDigits: 0 } as const;
  return new Intl.NumberFormat(language, unit).format(bytes / 1_000_000);
}

/** Undefined when the person has been forgotten: nobody is told anything any more. */
async function textsFor(
  { accounts, texts }: Pick<Kernel, "accounts" | "texts">,
  tx: Tx,
  job: VideoJob,
): Promise<Translate | undefined> {
  const user = await accounts.userById(tx, job.userId);
  return user && texts(user.language);
}

async function modelLabel({ settings }: Pick<Kernel, "settings">, job: VideoJob): Promise<string> {
  const { models } = await settings.read(modelSettings);
  return workingModel(models, job)?.label ?? job.standIn ?? job.model;
}

/** What belongs to the person alone: a receipt, credits that came back, a video that nobody got. */
function settlementText(
  job: VideoJob,
  { t, group }: { readonly t: Translate; readonly group: string },
): Html | undefined {
  const credits = formatCredits(job.price, t.language);
  const isFree = job.price === 0n;
  if (job.state === "delivered") return isFree ? undefined : t("studio-group-receipt", { group, credits });
  // He stopped it himself, or its card in the group says why.
  const isTold = job.state === "cancelled" || (job.failure !== "left" && job.failure !== "delivery");
  if (isFree && isTold) return undefined;
  return Html.join([t("studio-group-ended", { group }), endText(job, t), ...paidBack({ job, t })]);
}

interface Shown {
  readonly job: VideoJob;
  readonly t: Translate;
}

async function cardText(
  kernel: Pick<Kernel, "settings" | "clock">,
  shown: Shown & { readonly standing: Standing },
): Promise<Html> {
  const { job, t } = shown;
  const head = t("studio-card-head", {
    model: await modelLabel(kernel, job),
    seconds: job.durationSeconds,
    size: formatResolution(job),
  });
  return Html.join([head, stateText(kernel, shown)]);
}

function stateText(
  { clock }: Pick<Kernel, "clock">,
  { job, standing, t }: Shown & { readonly standing: Standing },
): Html {
  switch (job.state) {
    case "ordered":
      return waitingText({ clock }, { job, standing, t });
    case "submitting":
      return t(job.unclearAt === undefined ? "studio-card-submitting" : "studio-card-unclear");
    case "running":
      return Html.join([runningText({ job, standing, t }), progressBar(job.progress)]);
    case "fetching":
      return Html.join([t("studio-card-fetching"), progressBar(100)]);
    case "delivering":
      return Html.join([t("studio-card-delivering"), progressBar(100)]);
    case "delivered":
      return deliveredText(job, { t, took: secondsBetween(job.orderedAt, job.finishedAt ?? clock.now()) });
    case "failed":
    case "cancelled":
    case "expired":
      return Html.join([endText(job, t), ...(isInGroup(job) ? [] : paidBack({ job, t }))]);
  }
}

function waitingText(
  { clock }: Pick<Kernel, "clock">,
  { job, standing: { position, minutes = 0 }, t }: Shown & { readonly standing: Standing },
): Html {
  if (job.isBlocked) return t("studio-card-blocked", { minutes: minutesLeft(job, clock.now()) });
  return t(job.setbacks > 0 ? "studio-card-retrying" : "studio-card-ordered", { position, minutes });
}

function runningText({ job, standing: { minutes }, t }: Shown & { readonly standing: Standing }): Html {
  const percent = job.progress;
  return minutes === undefined
    ? t("studio-card-running-late", { percent })
    : t("studio-card-running", { percent, minutes });
}

/** Where others read along, nobody's money is spoken of. */
function deliveredText(job: VideoJob, { t, took }: { readonly t: Translate; readonly took: number }): Html {
  if (isInGroup(job)) return t("studio-card-delivered-group", { took });
  const credits = formatCredits(job.price, t.language);
  return t(job.price > 0n ? "studio-card-delivered" : "studio-card-delivered-free", { credits, took });
}

/** Why there is no video. */
function endText({ state, failure }: VideoJob, t: Translate): Html {
  if (state === "cancelled" || state === "expired") return t(`studio-card-${state}`);
  return t(`studio-failure-${failure ?? "provider"}`);
}

function paidBack({ job, t }: Shown): readonly Html[] {
  return job.price > 0n ? [t("studio-card-paid-back", { credits: formatCredits(job.price, t.language) })] : [];
}

function progressBar(percent: number): Html {
  const full = Math.round((percent / 100) * barLength);
  return html`<code>${"▓".repeat(full)}${"░".repeat(barLength - full)}</code>`;
}

function secondsBetween(from: Date, to: Date): number {
  return Math.max(1, Math.round((to.getTime() - from.getTime()) / 1000));
}

function buttonsFor(job: VideoJob, t: Translate): readonly (readonly Button[])[] {
  if (isCancellable(job.state)) {
    return [[{ text: t.plain("studio-button-cancel"), callback: callbackData("cancel", job.id) }]];
  }
  if (!isEnded(job.state)) return [];
  const again = job.state === "failed" || job.state === "expired" ? "studio-button-try-again" : "studio-button-again";
  return [
    [
      { text: t.plain(again), callback: callbackData("again", job.id) },
      { text: t.plain("studio-button-variation"), callback: callbackData("vary", job.id) },
    ],
    [{ text: t.plain("studio-button-change-model"), callback: callbackData("remodel", job.id) }],
  ];
}
