import { z } from "zod";

import { defineSettings } from "#kernel/settings/index.ts";
import { catalogueSchema } from "#providers/video/catalogue.ts";
import { defaultCatalogue } from "#providers/video/default-catalogue.ts";

/** What is on offer and for how much. */
export const modelSettings = defineSettings({
  key: "studio.models",
  title: "Models and prices",
  schema: z.object({ models: catalogueSchema.default(defaultCatalogue) }),
});

export const billingSettings = defineSettings({
  key: "studio.billing",
  title: "Billing",
  schema: z.object({
    mode: z.enum(["credits", "free"]).default("credits"),
    /** Videos per person and day in free mode, by the person's own calendar. */
    freePerDay: z.int().min(1).max(1000).default(3),
    /** What a credit brings in, for the margin in `/stats`: 100 Stars at Telegram's 0.013 USD by default. */
    usdPerCredit: z.number().min(0).max(1000).default(1.3),
    /** What providers may cost on one day (UTC) before sales pause; 0 is no limit. */
    dailyBudgetUsd: z.number().min(0).max(1_000_000).default(0),
  }),
});

export const limitSettings = defineSettings({
  key: "studio.limits",
  title: "Limits",
  schema: z.object({
    /** Videos of one person that may be on their way at once; more are queued, not refused. */
    perPerson: z.int().min(1).max(50).default(2),
    /** Videos of everybody that may be on their way at once. */
    overall: z.int().min(1).max(1000).default(4),
    /** Videos one person may have ordered and not yet got, waiting ones included. */
    queuedPerPerson: z.int().min(1).max(1000).default(20),
    promptMinLength: z.int().min(1).max(100).default(3),
    /** Whole words, in any case; a prompt with one of them is refused before anything is charged. */
    blockedWords: z.array(z.string().trim().min(1).max(60)).max(1000).default([]),
    /** From order to arrival; what takes longer is given up and paid back. */
    timeoutMinutes: z
      .int()
      .min(1)
      .max(24 * 60)
      .default(30),
    /**
     * How long a job whose provider's answer was lost waits to be called back by it, where it calls back at all, before
     * it is given up and paid back; 0 gives up at once.
     */
    lostAnswerMinutes: z.int().min(0).max(120).default(10),
    /** How often a provider that is surely not working on it may be tried. */
    tries: z.int().min(1).max(20).default(5),
  }),
});

export const resultSettings = defineSettings({
  key: "studio.results",
  title: "Large videos",
  schema: z.object({
    /** A larger video is not fetched; its job fails and is paid back. */
    longestMegabytes: z.int().min(50).max(3000).default(2000),
    /** How long a video that is too large for Telegram waits behind its link. */
    linkHours: z.int().min(2).max(168).default(24),
    /** What all videos behind links may take together; one more that does not fit fails and is paid back. */
    linkedMegabytes: z.int().min(100).max(10_000_000).default(20_000),
  }),
});

/** What groups begin with; the admins of each change it for theirs with /settings there. */
export const groupSettings = defineSettings({
  key: "studio.groups",
  title: "Videos in groups",
  schema: z.object({
    enabled: z.boolean().default(true),
    /** Videos one person may ask for within an hour in one group; 0 is no limit. */
    perPersonPerHour: z.int().min(0).max(1000).default(10),
  }),
});

export const improvementSettings = defineSettings({
  key: "studio.improvement",
  title: "Better words for prompts",
  schema: z.object({
    /** Needs GEMINI_API_KEY too. */
    enabled: z.boolean().default(false),
    /** One of Google's text models. */
    model: z
      .string()
      .regex(/^[\w.-]{1,100}$/)
      .default("gemini-3.5-flash-lite"),
    /** What they cost us, for the budget and the statistics. */
    usdPerMillionPromptTokens: z.number().min(0).max(1000).default(0.3),
    usdPerMillionOutputTokens: z.number().min(0).max(1000).default(2.5),
    /** They cost the person nothing. */
    perPersonAndDay: z.int().min(1).max(1000).default(30),
  }),
});

export const retentionSettings = defineSettings({
  key: "studio.retention",
  title: "How long videos that ended are counted",
  schema: z.object({
    /** Only what was made and what it cost is kept, never what was asked for. */
    jobDays: z.int().min(30).max(3650).default(730),
  }),
});

export type Limits = z.output<typeof limitSettings.schema>;
export type Billing = z.output<typeof billingSettings.schema>;
