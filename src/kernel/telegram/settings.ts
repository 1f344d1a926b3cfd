import { z } from "zod";

import { defineSettings } from "../settings/index.ts";

export const chatSettings = defineSettings({
  key: "telegram.chat",
  title: "Commands and limits",
  schema: z.object({
    /** Besides `/`; empty for none. */
    secondPrefix: z
      .string()
      .regex(/^[!.#$%&?~-]?$/, "one of ! . # $ % & ? ~ - or nothing")
      .default(""),
    commandsPerMinute: z.int().min(1).max(1000).default(20),
    /** Buttons are pressed faster than commands are typed: a settings screen alone takes a dozen. */
    pressesPerMinute: z.int().min(1).max(1000).default(60),
  }),
});

export const updateRetentionSettings = defineSettings({
  key: "telegram.retention",
  title: "How long updates are remembered",
  schema: z.object({
    /** Their contents are erased at once; what stays tells a repeat. Telegram itself repeats for at most a day. */
    handledDays: z.int().min(2).max(30).default(5),
    /** With their contents, for inspection. /privacy says so. */
    failedDays: z.int().min(1).max(90).default(7),
    /** Of a dialog that nobody goes on with. Looked at once an hour, so that what was typed into it is gone within a day. */
    dialogHours: z.int().min(1).max(23).default(23),
  }),
});

export const telegramSettings = [chatSettings, updateRetentionSettings] as const;
