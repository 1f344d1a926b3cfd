import { join } from "node:path";

import type { Kernel } from "#kernel/feature.ts";
import { createA2eProvider } from "#providers/video/a2e/a2e-provider.ts";
import { createAiSdkProvider } from "#providers/video/ai-sdk/ai-sdk-provider.ts";
import { fal, replicate } from "#providers/video/ai-sdk/ai-sdk-service.ts";
import { createDemoProvider } from "#providers/video/demo/demo-provider.ts";
import { createOmniProvider, geminiRoot } from "#providers/video/google/omni-provider.ts";
import { createVeoProvider } from "#providers/video/google/veo-provider.ts";
import { kiePace } from "#providers/video/kie/kie-api.ts";
import { createKieProvider } from "#providers/video/kie/kie-provider.ts";
import type { VideoProvider } from "#providers/video/port.ts";
import { createSharedRateGate } from "#providers/video/wire/rate-gate.ts";
import { createGeminiImprover } from "#providers/words/gemini-improver.ts";
import type { WordImprover } from "#providers/words/port.ts";

export interface Providers {
  readonly list: readonly VideoProvider[];
  /** Absent when none is set up. */
  readonly improver?: WordImprover | undefined;
  readonly close?: () => Promise<void>;
}

type OpenProvider = VideoProvider & { readonly close: () => Promise<void> };

/** The providers that the environment has set up. The demo needs nothing and is always there. */
export function openProviders(kernel: Kernel): Providers & Required<Pick<Providers, "close">> {
  const directory = join(kernel.config.DATA_DIR, "demo-videos");
  const list: readonly OpenProvider[] = [
    createDemoProvider({ ...kernel, directory }),
    ...openKie(kernel),
    ...openA2e(kernel),
    ...openGoogle(kernel),
    ...openAiSdk(kernel),
  ];
  const improver = openImprover(kernel);
  return {
    list,
    improver,
    close: async () => {
      await improver?.close();
      for (const { close } of list) await close();
    },
  };
}

function openImprover({ config }: Kernel): WordImprover | undefined {
  const { GEMINI_API_KEY: key, GOOGLE_API_ROOT: root = geminiRoot } = config;
  return key && createGeminiImprover({ root, key });
}

function openKie(kernel: Kernel): readonly OpenProvider[] {
  const { KIE_AI_API_KEY, BRS_AI_API_KEY, KIE_API_ROOT: root, CALLBACK_SECRET: callbackSecret } = kernel.config;
  const key = KIE_AI_API_KEY ?? BRS_AI_API_KEY;
  if (key === undefined) return [];
  const limit = kernel.config.KIE_STARTS_PER_10_SECONDS;
  const gate = createSharedRateGate({ ...kernel, ...kiePace, limit, name: "video.kie" });
  return [createKieProvider({ ...kernel, root, key, callbackSecret, gate })];
}

function openA2e(kernel: Kernel): readonly OpenProvider[] {
  const { A2E_API_KEY: key, A2E_API_ROOT: root, PUBLIC_URL } = kernel.config;
  if (key === undefined) return [];
  if (PUBLIC_URL === undefined) {
    kernel.log.warn("A2E is not on offer: it fetches pictures from PUBLIC_URL, which is not set");
    return [];
  }
  return [createA2eProvider({ ...kernel, root, key })];
}

function openAiSdk({ config }: Kernel): readonly OpenProvider[] {
  const { FAL_API_KEY, FAL_API_ROOT, REPLICATE_API_TOKEN, REPLICATE_API_ROOT } = config;
  return [
    ...(FAL_API_KEY === undefined ? [] : [createAiSdkProvider({ service: fal, key: FAL_API_KEY, root: FAL_API_ROOT })]),
    ...(REPLICATE_API_TOKEN === undefined
      ? []
      : [createAiSdkProvider({ service: replicate, key: REPLICATE_API_TOKEN, root: REPLICATE_API_ROOT })]),
  ];
}

function openGoogle(kernel: Kernel): readonly OpenProvider[] {
  const { config } = kernel;
  const { GOOGLE_CLOUD_PROJECT_ID: project, GEMINI_API_KEY: key, GOOGLE_API_ROOT: root } = config;
  const location = config.GOOGLE_CLOUD_LOCATION;
  const keyFile = config.GOOGLE_APPLICATION_CREDENTIALS;
  return [
    ...(project === undefined ? [] : [createVeoProvider({ project, location, root, keyFile })]),
    ...(key === undefined ? [] : [createOmniProvider({ ...kernel, root: root ?? geminiRoot, key })]),
  ];
}
