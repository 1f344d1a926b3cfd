import type { Kernel } from "#kernel/feature.ts";
import type { InlineQuestion, InlineRoute, InlineVideo, StartLink } from "#kernel/telegram/index.ts";
import { findModel } from "#providers/video/catalogue.ts";

import { finishedVideos } from "../finished-videos.ts";
import { keepInlineWords, takeInlineWords } from "../inline-words.ts";
import { modelSettings } from "../settings.ts";
import type { BetterWordsDeps } from "./better-words.ts";
import { beginGenerate } from "./generate.ts";

type InlineDeps = Pick<Kernel, "settings" | "cipher" | "clock">;

const pageSize = 20;
/** With words Telegram must ask us each time: whoever goes back to earlier words must find those on the button's way. */
const cacheSeconds = { withWords: 0, alone: 5 };
const longestOnButton = 40;
/** As we name the next page. The database does not know every time that JavaScript does. */
const pagePattern = /^\d{4}-\d\d-\d\dT[\d:.]{12}Z$/;

/** In any chat: the person's own videos to send once more, and the way to make one of the words he types. */
export function inlineRoute(deps: InlineDeps): InlineRoute {
  return {
    answer: async (question) => {
      const { db, telegramId, words, t } = question;
      if (words !== "") await keepInlineWords(db, deps, { telegramId, words });
      const { videos, nextOffset } = await page(deps, question);
      return {
        videos,
        ...(nextOffset !== undefined && { nextOffset }),
        button:
          words === ""
            ? { text: t.plain("studio-inline-begin"), link: "generate" }
            : { text: t.plain("studio-inline-make", { words: shortened(words) }), link: "make" },
        cacheSeconds: words === "" ? cacheSeconds.alone : cacheSeconds.withWords,
      };
    },
  };
}

/** What the inline button leads to: the words that were typed, ready to go with the usual model. */
export function makeLink(deps: BetterWordsDeps): StartLink {
  return {
    name: "make",
    run: async (context) => {
      const words = await takeInlineWords(context.tx, deps, context.user.telegramId);
      await beginGenerate(deps, context, words);
      return "handled";
    },
  };
}

async function page(
  { settings }: InlineDeps,
  { db, user, t, offset }: InlineQuestion,
): Promise<{ readonly videos: readonly InlineVideo[]; readonly nextOffset?: string }> {
  const before = offset === "" ? undefined : new Date(pagePattern.test(offset) ? offset : Number.NaN);
  if (user === undefined || Number.isNaN(before?.getTime())) return { videos: [] };
  const found = await finishedVideos(db, { userId: user.id, before, limit: pageSize + 1 });
  const shown = found.slice(0, pageSize);
  const { models } = await settings.read(modelSettings);
  const when = new Intl.DateTimeFormat(t.language, {
    dateStyle: "medium",
    timeStyle: "short",
    timeZone: user.timeZone,
  });
  const last = shown.at(-1);
  return {
    videos: shown.map(({ id, model, durationSeconds, orderedAt, telegramFileId }) => ({
      id,
      fileId: telegramFileId,
      title: t.plain("studio-video-caption", {
        model: findModel(models, model)?.label ?? model,
        seconds: durationSeconds,
      }),
      description: when.format(orderedAt),
    })),
    ...(found.length > pageSize && last !== undefined && { nextOffset: last.orderedAt.toISOString() }),
  };
}

function shortened(words: string): string {
  const characters = Array.from(words.replaceAll(/\s+/g, " "));
  return characters.length <= longestOnButton
    ? characters.join("")
    : `${characters.slice(0, longestOnButton).join("")}…`;
}
