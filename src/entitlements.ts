import type { FeatureParts } from "#kernel/feature.ts";
import type { Entitlement } from "#kernel/ledger/index.ts";

/** What the features let plans grant. @throws when a name does not say whose it is, or stands for two things. */
export function entitlementsOf(parts: ReadonlyMap<string, FeatureParts>): readonly Entitlement[] {
  const all = [...parts].flatMap(([id, { entitlements = [] }]) =>
    entitlements.map((entitlement) => ({ id, entitlement })),
  );
  const names = new Set<string>();
  for (const { id, entitlement } of all) {
    const { name } = entitlement;
    if (!name.startsWith(`${id}.`)) throw new Error(`the entitlement ${name} of ${id} does not begin with "${id}."`);
    if (names.has(name)) throw new Error(`${id} has two entitlements called ${name}`);
    names.add(name);
  }
  return all.map(({ entitlement }) => entitlement);
}
