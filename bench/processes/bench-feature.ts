import type { Feature, Kernel } from "#kernel/feature.ts";

/** Topics to send under, in the lanes that matter here; and a way to the kernel of a running program. */
export function benchFeature(onSetup: (kernel: Kernel) => void): Feature {
  const topic = { label: "bench-topic", optOut: true } as const;
  return {
    id: "bench",
    title: "Benchmarks",
    // Nothing in it: the program's own list of migrations names the features that have some.
    migrations: new URL("../migrations/", import.meta.url),
    texts: new URL("../texts/", import.meta.url),
    settings: [],
    notifications: [
      { ...topic, topic: "bench.signal", lane: "signal", duringQuietHours: "hold" },
      { ...topic, topic: "bench.bulk", lane: "bulk", duringQuietHours: "deliver" },
    ],
    setup: (kernel) => {
      onSetup(kernel);
      return {};
    },
  };
}
