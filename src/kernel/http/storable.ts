import { z } from "zod";

/** Text that PostgreSQL can keep and Telegram can show: whole characters, none of them NUL. */
export function storable(least: number, most: number): z.ZodString {
  return z
    .string()
    .min(least, `expected at least ${least} characters`)
    .max(most, `expected at most ${most} characters`)
    .refine((text) => text.isWellFormed() && !text.includes("\0"), "expected text without NUL and broken characters");
}
