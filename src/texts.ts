import type { Feature } from "#kernel/feature.ts";

/** Where the texts of the program stand: the kernel modules that speak to people, then the features. */
export function textDirectories(features: readonly Feature[]): readonly URL[] {
  const kernel = ["telegram", "delivery", "alarms", "chat", "chat/admin"].map(
    (module) => new URL(`./kernel/${module}/texts/`, import.meta.url),
  );
  return [...kernel, ...features.map(({ texts }) => texts)];
}
