import { studio } from "#features/studio/feature.ts";
import type { Feature } from "#kernel/feature.ts";

/** The features, in the order in which `/start`, `/help` and `/settings` show them. */
export const features: readonly Feature[] = [studio];
