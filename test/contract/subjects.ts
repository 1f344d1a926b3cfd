import { randomBytes } from "node:crypto";
import { setTimeout as sleep } from "node:timers/promises";

import { type Config, ConfigError } from "#kernel/config/index.ts";
import { createCipher } from "#kernel/lib/cipher.ts";
import { systemClock } from "#kernel/lib/clock.ts";
import { systemIds } from "#kernel/lib/ids.ts";
import { Secret } from "#kernel/lib/secret.ts";
import { createA2eProvider } from "#providers/video/a2e/a2e-provider.ts";
import { type AiSdkDeps, createAiSdkProvider } from "#providers/video/ai-sdk/ai-sdk-provider.ts";
import { fal, replicate } from "#providers/video/ai-sdk/ai-sdk-service.ts";
import { createOmniProvider, geminiRoot } from "#providers/video/google/omni-provider.ts";
import { createVeoProvider, type VeoDeps } from "#providers/video/google/veo-provider.ts";
import { kiePace } from "#providers/video/kie/kie-api.ts";
import { createKieProvider } from "#providers/video/kie/kie-provider.ts";
import type { VideoProvider, VideoRequest } from "#providers/video/port.ts";
import { createRateGate } from "#providers/video/wire/rate-gate.ts";

import type { ContractSubject } from "./contract.ts";

export interface SubjectOptions {
  /** The provider's own name of the model; a cheap one unless told. */
  readonly model?: string | undefined;
  /** Where a picture is for all to fetch. */
  readonly picture?: string | undefined;
}

type Subject = (config: Config, options: SubjectOptions) => ContractSubject;

/** Looks every five seconds, for a quarter of an hour. */
const patience = { wait: async () => await sleep(5000), mostLooks: 180 };

function request(changes: Partial<VideoRequest>): VideoRequest {
  return {
    model: "",
    prompt: "A paper boat drifts on a calm pond at sunrise",
    durationSeconds: 5,
    width: 848,
    height: 480,
    aspectRatio: "16:9",
    seed: 1,
    clientReference: systemIds.next(),
    ...changes,
  };
}

/** The services whose contract can be checked, by the name of their provider. */
export const subjects: Readonly<Record<string, Subject>> = {
  kie: (config, { model = "wan/2-2-a14b-text-to-video-turbo" }) => {
    const key = required(config.KIE_AI_API_KEY ?? config.BRS_AI_API_KEY, "KIE_AI_API_KEY", "a key of kie.ai");
    const open = (by: Secret): VideoProvider =>
      createKieProvider({
        root: config.KIE_API_ROOT,
        key: by,
        callbackSecret: config.CALLBACK_SECRET,
        clock: systemClock,
        ids: systemIds,
        gate: createRateGate({ clock: systemClock, ...kiePace }),
      });
    return {
      ...patience,
      provider: open(key),
      stranger: open(new Secret("a-key-that-nobody-has")),
      request: request({ model, ...(model.startsWith("veo") && { durationSeconds: 8, width: 1280, height: 720 }) }),
      unknownReference: "jobs:0:0123456789abcdef0123456789abcdef",
    };
  },
  a2e: (config, { model = "a2e-v2-flash", picture }) => {
    const key = required(config.A2E_API_KEY, "A2E_API_KEY", "a token of a2e.ai");
    const url = required(picture, "--picture", "the public https address of a JPEG or PNG for A2E to set in motion");
    // No callbacks are asked for.
    const cipher = createCipher(randomBytes(32));
    const open = (by: Secret): VideoProvider =>
      createA2eProvider({ root: config.A2E_API_ROOT, key: by, clock: systemClock, cipher });
    return {
      ...patience,
      provider: open(key),
      stranger: open(new Secret("sk_nobody_has_this_one")),
      request: request({ model, image: { bytes: Buffer.alloc(0), contentType: "image/jpeg", url } }),
      unknownReference: "0:000000000000000000000000",
    };
  },
  google: (config, { model = "veo-3.1-lite-generate-001" }) => {
    const project = required(config.GOOGLE_CLOUD_PROJECT_ID, "GOOGLE_CLOUD_PROJECT_ID", "a Google Cloud project");
    const location = config.GOOGLE_CLOUD_LOCATION;
    const root = config.GOOGLE_API_ROOT;
    const nobody = async (): Promise<Headers> => await Promise.resolve(new Headers({ authorization: "Bearer nobody" }));
    const auth = { authClient: { getRequestHeaders: nobody } } as unknown as NonNullable<VeoDeps["auth"]>;
    return {
      ...patience,
      provider: createVeoProvider({ project, location, root, keyFile: config.GOOGLE_APPLICATION_CREDENTIALS }),
      stranger: createVeoProvider({ project, location, root, auth }),
      request: request({ model, durationSeconds: 4, width: 1280, height: 720 }),
      unknownReference: `projects/${project}/locations/${location}/publishers/google/models/${model}/operations/00000000-0000-0000-0000-000000000000`,
    };
  },

  gemini: (config, { model = "gemini-omni-1.1-flash" }) => {
    const key = required(config.GEMINI_API_KEY, "GEMINI_API_KEY", "an API key of Google AI Studio");
    const root = config.GOOGLE_API_ROOT ?? geminiRoot;
    const open = (by: Secret): VideoProvider => createOmniProvider({ root, key: by, clock: systemClock });
    return {
      ...patience,
      provider: open(key),
      stranger: open(new Secret("a-key-that-nobody-has")),
      request: request({ model, durationSeconds: 4, width: 1280, height: 720 }),
      unknownReference: "0:v1_0000000000000000",
    };
  },
  fal: (config, { model = "veo3.1/fast" }) => {
    const key = required(config.FAL_API_KEY, "FAL_API_KEY", "a key of fal.ai");
    const subject = { service: fal, model, root: config.FAL_API_ROOT, key };
    return aiSdkSubject(subject, {
      responseUrl: `${fal.root}/fal-ai/veo3.1/requests/00000000-0000-0000-0000-000000000000`,
      submitUrl: `${fal.root}/fal-ai/${model}`,
    });
  },
  replicate: (config, { model = "minimax/video-01" }) => {
    const key = required(config.REPLICATE_API_TOKEN, "REPLICATE_API_TOKEN", "a token of replicate.com");
    const subject = { service: replicate, model, root: config.REPLICATE_API_ROOT, key };
    return aiSdkSubject(subject, { getUrl: `${replicate.root}/predictions/nonenonenonenonenonenonen` });
  },
};

function aiSdkSubject(
  { model, ...deps }: AiSdkDeps & { readonly model: string },
  unknownOperation: Readonly<Record<string, string>>,
): ContractSubject {
  const durationSeconds = deps.service === fal ? 4 : 6;
  return {
    ...patience,
    provider: createAiSdkProvider(deps),
    stranger: createAiSdkProvider({ ...deps, key: new Secret("a-key-that-nobody-has") }),
    request: request({ model, durationSeconds, width: 1280, height: 720 }),
    unknownReference: JSON.stringify({ model, operation: unknownOperation }),
  };
}

function required<T>(value: T | undefined, variable: string, expected: string): T {
  if (value === undefined) throw new ConfigError([{ variable, expected: `expected ${expected}` }]);
  return value;
}
