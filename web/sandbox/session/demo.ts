import { signal } from "@preact/signals";
import type { ReadonlySignal } from "@preact/signals";

import { ApiRefusal } from "./api.ts";
import type { DemoPlayed, SandboxApi } from "./api.ts";

/** The demo of the program behind the sandbox. It outlives the panel, which may be closed while it is made. */
export interface Demo {
  readonly isOffered: ReadonlySignal<boolean>;
  readonly isPlaying: ReadonlySignal<boolean>;
  /** What came of the last one. */
  readonly played: ReadonlySignal<DemoPlayed | undefined>;
  /** Asks whether there is one. */
  readonly look: () => Promise<void>;
  /** @throws ApiRefusal */
  readonly play: () => Promise<void>;
}

export function makeDemo(api: SandboxApi): Demo {
  const isOffered = signal(false);
  const isPlaying = signal(false);
  const played = signal<DemoPlayed | undefined>(undefined);
  return {
    isOffered,
    isPlaying,
    played,
    look: async () => {
      try {
        isOffered.value = (await api.demo()).available;
      } catch (error) {
        if (!(error instanceof ApiRefusal)) throw error;
        // Whether it is away or has no program behind it: nothing to press.
        isOffered.value = false;
      }
    },
    play: async () => {
      if (isPlaying.value) return;
      isPlaying.value = true;
      played.value = undefined;
      try {
        played.value = await api.playDemo();
      } finally {
        isPlaying.value = false;
      }
    },
  };
}
