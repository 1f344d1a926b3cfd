import { z } from "zod";

import { inTransaction, type Tx } from "#kernel/db/index.ts";
import type { Kernel } from "#kernel/feature.ts";
import { defineJob, type Job } from "#kernel/jobs/index.ts";
import { findModel } from "#providers/video/catalogue.ts";
import type { Improved, WordImprover } from "#providers/words/port.ts";

import { blockedWord } from "../blocked-word.ts";
import { findImprovement, type Improvement, recordImprovement } from "../improvement.ts";
import { improvementSettings, limitSettings, modelSettings } from "../settings.ts";

export interface ImproveDeps extends Pick<Kernel, "db" | "cipher" | "settings"> {
  readonly improver: WordImprover | undefined;
  /** Shows the person what became of his words. */
  readonly show: (tx: Tx, improvement: Improvement) => Promise<void>;
}

/** Longer than that nobody wants to wait for better words. */
const patienceMs = 12_000;
/** The card has to hold it beside everything else. */
const longestShown = 1500;
const nothing = { prompt: 0, output: 0 };

/** Has words improved and shows them for the person's decision. He need not wait: his own words can be ordered all the time. */
export function makeImproveWords(deps: ImproveDeps): Job<{ improvementId: string }> {
  const { db, cipher, settings, show } = deps;
  return defineJob({
    name: "studio.improve-words",
    payload: z.object({ improvementId: z.uuid() }),
    maxAttempts: 3,
    run: async ({ improvementId: id }, { signal, log }) => {
      const asked = await findImprovement({ cipher }, db, id);
      if (asked?.state !== "asked" || asked.words === undefined) return;
      const outcome = await improve(deps, asked, AbortSignal.any([signal, AbortSignal.timeout(patienceMs)]));
      signal.throwIfAborted();
      log.info({ outcome: outcome.ok ? "improved" : outcome.reason, ...outcome.usage }, "words were to be improved");
      await inTransaction(db, async (tx) => {
        const before = await findImprovement({ cipher }, tx, id, true);
        await recordImprovement({ cipher, settings }, tx, { id, outcome });
        const after = await findImprovement({ cipher }, tx, id);
        if (before?.state === "asked" && after !== undefined) await show(tx, after);
      });
    },
  });
}

/** What comes back is a prompt like any other: too long for the model or with a blocked word, nobody gets to see it. */
async function improve(
  { improver, settings }: ImproveDeps,
  { words = "", model: modelId }: Improvement,
  signal: AbortSignal,
): Promise<Improved> {
  const { models } = await settings.read(modelSettings);
  const video = findModel(models, modelId);
  if (improver === undefined || video === undefined) return { ok: false, reason: "unavailable", usage: nothing };
  const { model } = await settings.read(improvementSettings);
  const outcome = await improver.improve(
    { model, words, longest: Math.min(video.promptMaxLength, longestShown) },
    signal,
  );
  const { blockedWords } = await settings.read(limitSettings);
  return outcome.ok && blockedWord(outcome.words, blockedWords) !== undefined
    ? { ok: false, reason: "refused", usage: outcome.usage }
    : outcome;
}
