import { signals } from "#features/signals/feature.ts";
import { studio } from "#features/studio/feature.ts";
import { ConfigError } from "#kernel/config/index.ts";
import type { Feature } from "#kernel/feature.ts";

/** The features, in the order in which `/start`, `/help` and `/settings` show them. */
export const features: readonly Feature[] = [studio, signals];

/** Those named by `FEATURES`; all without it. @throws ConfigError for a name that is none. */
export function chosenFeatures(names: readonly string[] | undefined): readonly Feature[] {
  if (names === undefined) return features;
  const known = features.map(({ id }) => id);
  const unknown = names.filter((name) => !known.includes(name));
  if (unknown.length > 0) {
    throw new ConfigError([
      { variable: "FEATURES", expected: `expected some of ${known.join(", ")}, separated by commas` },
    ]);
  }
  return features.filter(({ id }) => names.includes(id));
}
