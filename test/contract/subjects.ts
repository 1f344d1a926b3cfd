import { setTimeout as sleep } from "node:timers/promises";

import { type Config, ConfigError } from "#kernel/config/index.ts";
import { systemClock } from "#kernel/lib/clock.ts";
import { systemIds } from "#kernel/lib/ids.ts";
import { Secret } from "#kernel/lib/secret.ts";
import { createKieProvider } from "#providers/video/kie/kie-provider.ts";
import type { VideoProvider, VideoRequest } from "#providers/video/port.ts";

import type { ContractSubject } from "./contract.ts";

export interface SubjectOptions {
  /** The provider's own name of the model; a cheap one unless told. */
  readonly model?: string | undefined;
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
      });
    return {
      ...patience,
      provider: open(key),
      stranger: open(new Secret("a-key-that-nobody-has")),
      request: request({ model, ...(model.startsWith("veo") && { durationSeconds: 8, width: 1280, height: 720 }) }),
      unknownReference: "jobs:0:0123456789abcdef0123456789abcdef",
    };
  },
};

function required<T>(value: T | undefined, variable: string, expected: string): T {
  if (value === undefined) throw new ConfigError([{ variable, expected: `expected ${expected}` }]);
  return value;
}
