import type { Secret } from "#kernel/lib/secret.ts";

import type { FetchOutcome, VideoProvider, VideoStatus } from "../port.ts";
import { createDownloader, type Downloaded } from "../wire/download.ts";
import { isNearby } from "../wire/private-address.ts";
import { verifyKieCallback } from "./callback.ts";
import { createKieApi, type KieApiDeps } from "./kie-api.ts";
import { formatReference } from "./reference.ts";
import { familyOf } from "./task-family.ts";
import type { TaskState } from "./task-record.ts";

/**
 * Many models behind one key: `https://docs.kie.ai`. It knows no look-up by our reference, no cancelling and no deleting;
 * pictures are kept there for a day, videos for two weeks.
 */
export interface KieProvider extends VideoProvider {
  readonly balance: NonNullable<VideoProvider["balance"]>;
  readonly close: () => Promise<void>;
}

export interface KieDeps extends KieApiDeps {
  /** The account's `webhookHmacKey`; without it callbacks are known by their URL alone. */
  readonly callbackSecret: Secret | undefined;
}

export function createKieProvider(deps: KieDeps): KieProvider {
  const api = createKieApi(deps);
  const downloader = createDownloader(deps);
  const canCall = (callbackUrl: string): boolean => !isNearby(callbackUrl) || isNearby(deps.root);
  return {
    id: "kie",

    start: async (request, signal) => {
      // Always uploaded: it is free, and works where our own links cannot be reached.
      const imageUrl = request.image && (await api.upload(request.image, signal));
      const { callbackUrl } = request;
      // KIE refuses what it cannot call.
      const isVain = callbackUrl !== undefined && !canCall(callbackUrl);
      const asked = isVain ? { ...request, callbackUrl: undefined } : request;
      return { reference: await api.create(asked, imageUrl, signal) };
    },

    status: async (reference, signal) => statusOf(await api.look(reference, signal)),

    fetchResult: async (reference, to, signal) => {
      const task = await api.look(reference, signal);
      if (task?.state === "queued" || task?.state === "running") return { ok: false, reason: "not_ready" };
      const url = task?.state === "succeeded" ? task.urls[0] : undefined;
      if (url === undefined) return { ok: false, reason: "lost" };
      const first = await downloader.download(url, to, { signal });
      // Links die sooner than files.
      const fresh = !first.ok && first.reason === "gone" ? await api.freshLink(url, signal) : undefined;
      return outcomeOf(fresh === undefined ? first : await downloader.download(fresh, to, { signal }));
    },

    rescue: {
      canCall,
      reference: (id, { model, startedAt }) =>
        /^[\w.-]{1,300}$/.test(id)
          ? formatReference({ family: familyOf(model), createdAtMs: startedAt.getTime(), id })
          : undefined,
    },

    balance: async (signal) => ({ amount: await api.credits(signal), unit: "credits" }),

    verifyCallback: async (headers, rawBody) =>
      await Promise.resolve(verifyKieCallback({ ...deps, secret: deps.callbackSecret }, headers, rawBody)),

    close: async () => {
      await Promise.all([api.close(), downloader.close()]);
    },
  };
}

function statusOf(task: TaskState | undefined): VideoStatus {
  if (task === undefined) return { state: "failed", reason: { kind: "lost" } };
  if (task.state !== "succeeded") return task;
  const { costUsdMicros } = task;
  return { state: "succeeded", result: costUsdMicros === undefined ? {} : { costUsdMicros } };
}

function outcomeOf(downloaded: Downloaded): FetchOutcome {
  if (downloaded.ok) return downloaded;
  return { ok: false, reason: downloaded.reason === "too_large" ? "too_large" : "lost" };
}
