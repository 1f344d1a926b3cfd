import { join } from "node:path";

import type { Kernel } from "#kernel/feature.ts";
import { createDemoProvider } from "#providers/video/demo/demo-provider.ts";
import { createKieProvider } from "#providers/video/kie/kie-provider.ts";
import type { VideoProvider } from "#providers/video/port.ts";

export interface Providers {
  readonly list: readonly VideoProvider[];
  readonly close?: () => Promise<void>;
}

/** The providers that the environment has set up. The demo needs nothing and is always there. */
export function openProviders(kernel: Kernel): Providers {
  const { config } = kernel;
  const callbackSecret = config.CALLBACK_SECRET;
  const kieKey = config.KIE_AI_API_KEY ?? config.BRS_AI_API_KEY;
  const list = [
    createDemoProvider({ ...kernel, directory: join(config.DATA_DIR, "demo-videos") }),
    ...(kieKey === undefined
      ? []
      : [createKieProvider({ ...kernel, root: config.KIE_API_ROOT, key: kieKey, callbackSecret })]),
  ];
  return {
    list,
    close: async () => {
      for (const { close } of list) await close();
    },
  };
}
