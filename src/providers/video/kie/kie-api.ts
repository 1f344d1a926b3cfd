import { FormData } from "undici";
import { z } from "zod";

import type { Clock } from "#kernel/lib/clock.ts";
import type { Ids } from "#kernel/lib/ids.ts";
import type { Secret } from "#kernel/lib/secret.ts";

import type { RequestImage, VideoRequest } from "../port.ts";
import { ProviderRefused, ProviderUnavailable, ProviderUnclear } from "../provider-error.ts";
import type { RateGate } from "../wire/rate-gate.ts";
import { asking, createService, type ServiceCall } from "../wire/service.ts";
import { assertAnswered, createFailure, type Envelope, readEnvelope, recordFailure } from "./envelope.ts";
import { formatReference, parseReference } from "./reference.ts";
import { families, familyOf } from "./task-family.ts";
import type { TaskState } from "./task-record.ts";

/** KIE's endpoints. Each rejects as the port says. */
export interface KieApi {
  /** @returns where KIE finds the picture. Repeating it does no harm. */
  readonly upload: (image: RequestImage, signal?: AbortSignal) => Promise<string>;
  /** @returns the reference of the task. */
  readonly create: (request: VideoRequest, imageUrl: string | undefined, signal?: AbortSignal) => Promise<string>;
  /** Undefined: there is no such task (any more). */
  readonly look: (reference: string, signal?: AbortSignal) => Promise<TaskState | undefined>;
  /** A fresh link to a file whose own has died; undefined when there is none. */
  readonly freshLink: (url: string, signal?: AbortSignal) => Promise<string | undefined>;
  readonly credits: (signal?: AbortSignal) => Promise<number>;
  readonly close: () => Promise<void>;
}

export interface KieApiDeps {
  /** `https://api.kie.ai`, or a test's server. */
  readonly root: string;
  readonly key: Secret;
  readonly clock: Clock;
  readonly ids: Ids;
  /** Lets no more new tasks through than KIE takes from the account. */
  readonly gate: RateGate;
}

const kieRoot = "https://api.kie.ai";
const kieUploadRoot = "https://kieai.redpandaai.co";

/** What KIE takes from one account in 10 seconds. Half a second more, as not every call is there equally soon. */
export const kiePace = { limit: 20, windowMs: 10_500, longestWaitMs: 10_500 };

/** A task may be unknown for a moment after it was made. */
const graceMs = 60_000;

const created = z.looseObject({ taskId: z.string().min(1).max(300) });
const uploaded = z.looseObject({ downloadUrl: z.string().optional(), fileUrl: z.string().optional() });
const balance = z.union([z.number(), z.looseObject({ credits: z.number() }).transform(({ credits }) => credits)]);

export function createKieApi({ root, key, clock, ids, gate }: KieApiDeps): KieApi {
  const service = createService({ root, headers: { authorization: `Bearer ${key.reveal()}` } });
  const uploadRoot = root === kieRoot ? kieUploadRoot : root;
  const ask = async (call: ServiceCall): Promise<Envelope> => {
    const answer = readEnvelope(await asking(async () => await service.call(call)));
    assertAnswered(answer);
    return answer;
  };

  return {
    upload: async ({ bytes, contentType }, signal) => {
      const ending = contentType.split("/")[1] ?? "jpeg";
      const body = new FormData();
      body.set("uploadPath", "telecast");
      body.set("fileName", `${ids.token(12)}.${ending}`);
      body.set("file", new Blob([bytes], { type: contentType }), `picture.${ending}`);
      const call = { method: "POST", path: `${uploadRoot}/api/file-stream-upload`, body, signal } as const;
      const answer = readEnvelope(await asking(async () => await service.call(call)));
      const { data: file } = uploaded.safeParse(answer.data);
      const url = file?.downloadUrl ?? file?.fileUrl;
      if (answer.code === 200 && url !== undefined) return url;
      throw uploadFailure(answer);
    },

    create: async (request, imageUrl, signal) => {
      const name = familyOf(request.model);
      const { createPath, body } = families[name];
      await gate.pass(signal);
      const call = { method: "POST", path: createPath, body: body(request, imageUrl), signal } as const;
      const answer = readEnvelope(await service.call(call));
      if (answer.code !== 200) throw createFailure(answer);
      const { data: task } = created.safeParse(answer.data);
      // It has begun, and has not told its name.
      if (task === undefined) throw new ProviderUnclear();
      return formatReference({ family: name, createdAtMs: clock.now().getTime(), id: task.taskId });
    },

    look: async (reference, signal) => {
      const task = parseReference(reference);
      if (task === undefined) return undefined;
      const { recordPath, read } = families[task.family];
      const answer = await ask({ method: "GET", path: `${recordPath}?taskId=${encodeURIComponent(task.id)}`, signal });
      const state = answer.code === 200 ? read(answer.data) : failedState(answer);
      if (state !== undefined) return state;
      return clock.now().getTime() - task.createdAtMs < graceMs ? { state: "queued" } : undefined;
    },

    freshLink: async (url, signal) => {
      const answer = await ask({ method: "POST", path: "/api/v1/common/download-url", body: { url }, signal });
      return answer.code === 200 && typeof answer.data === "string" ? answer.data : undefined;
    },

    credits: async (signal) => {
      const answer = await ask({ method: "GET", path: "/api/v1/chat/credit", signal });
      const { data: amount } = balance.safeParse(answer.data);
      if (answer.code !== 200 || amount === undefined) throw new ProviderRefused("unsupported", `kie_${answer.code}`);
      return amount;
    },

    close: service.close,
  };
}

/** Nothing was begun, whatever became of the file. */
function uploadFailure(answer: Envelope): Error {
  const failure = createFailure(answer);
  return failure instanceof ProviderUnclear
    ? new ProviderUnavailable("outage", undefined, { cause: failure })
    : failure;
}

function failedState(answer: Envelope): TaskState | undefined {
  const reason = recordFailure(answer);
  return reason && { state: "failed", reason };
}
