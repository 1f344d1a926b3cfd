import { z } from "zod";

import { defineSettings } from "../settings/index.ts";

export const alarmSettings = defineSettings({
  key: "alarms.own",
  title: "What the program tells its admins of itself",
  schema: z.object({
    /** Trouble and its end, to the admin and monitoring chats. */
    enabled: z.boolean().default(true),
    /** Once a week, so that silence means that all is well. */
    weeklySelfTest: z.boolean().default(true),
    /** Updates or deliveries that fail within a quarter of an hour before it is too much: at least so many … */
    failures: z.int().min(1).max(100_000).default(20),
    /** … and at least this share of all. */
    failureShare: z.number().min(0).max(1).default(0.1),
  }),
});
