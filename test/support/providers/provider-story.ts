import assert from "node:assert/strict";

import { sql } from "kysely";

import { type Failure, isEnded } from "#features/studio/job-state.ts";
import type { VideoJob } from "#features/studio/job.ts";
import { price, type StudioRig } from "#features/studio/testing/studio-rig.ts";
import type { User } from "#kernel/accounts/index.ts";
import { createHttpServer } from "#kernel/http/index.ts";
import { type Catalogue, catalogueSchema } from "#providers/video/catalogue.ts";

import { cleanUp } from "../clean-up.ts";
import { filesBelow } from "../find-traces.ts";
import { until } from "../until.ts";
import type { DeliverCallback } from "./fake-service.ts";

/** Videos of one provider from the order to the chat: the real studio, its money and its callbacks' address. */
export interface ProviderStory {
  /** Somebody with ten videos' credits who orders one. */
  readonly order: (modelId?: string) => Promise<StoryJob>;
  /** Lets everything happen until the job has ended, dying and coming back as often as it takes. */
  readonly live: (job: StoryJob, aftermath?: Aftermath) => Promise<VideoJob>;
  /**
   * Lets the process die at each transaction of a life, before and after its commit. Each time the provider has begun one
   * video more (`begun` counts them), which is delivered, or paid back because it is unclear. @returns how often the latter.
   */
  readonly dieAtEach: (begun: () => number, modelId?: string) => Promise<number>;
  /** Has the service out for a minute while it makes the job, which arrives all the same. */
  readonly outlive: <T>(service: { outage: T | undefined }, outage: T, job: StoryJob) => Promise<void>;
  /** Lets some time pass and due work run. */
  readonly pass: (seconds: number) => Promise<void>;
  /** One video in the chat, paid once, and nothing left of what it was made from, nor of itself. */
  readonly assertDelivered: (job: StoryJob) => Promise<void>;
  /** No video, every credit back, and nothing left either. */
  readonly assertPaidBack: (job: StoryJob, failure: Failure) => Promise<void>;
}

/** The first of them is the one that is ordered when the test does not say. */
export interface StoryModel {
  readonly id: string;
  readonly providerModel: string;
  readonly image: "none" | "optional" | "required";
  readonly seconds: number;
  readonly size: { readonly width: number; readonly height: number; readonly aspectRatio: string };
}

export interface StoryJob {
  readonly id: string;
  readonly user: User;
}

/** What becomes of the queue when the process dies. */
export type Aftermath = "the job is run again" | "the queue is lost";

/** As studio's HTTP server is not listening: callbacks reach it all the same. */
export interface CallbackRoad {
  readonly deliver: DeliverCallback;
  lead: ((url: string, headers: Readonly<Record<string, string>>, body: string) => Promise<number>) | undefined;
}

export function callbackRoad(): CallbackRoad {
  const road: CallbackRoad = {
    lead: undefined,
    deliver: async (url, headers, body) => {
      assert.ok(road.lead !== undefined, "nobody can be called back yet");
      return await road.lead(url, headers, body);
    },
  };
  return road;
}

export interface StoryDeps {
  readonly rig: StudioRig;
  readonly road: CallbackRoad;
  /** Waits for the callbacks that are under way. */
  readonly callbacks: () => Promise<unknown>;
  readonly models: readonly StoryModel[];
}

/** Beyond what any life takes: transactions are counted, and none is a death. */
const never = 1000;
const promptMark = "Timbuktu4482";
/** One grey pixel, and a mark behind it. */
const pictureMark = "Picture-mark-5521";
const picture = Buffer.concat([
  Buffer.from("iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAAAAAA6fptVAAAACklEQVR4nGNoAAAAggCBd81ytgAAAABJRU5ErkJggg==", "base64"),
  Buffer.from(pictureMark),
]);

export async function providerStory({ rig, road, callbacks, models }: StoryDeps): Promise<ProviderStory> {
  const { sandbox, line, crashes, clock } = rig;
  const { db } = rig.database;
  await openDoor(rig, road);
  rig.assembly.delivery.start();

  const pass = async (seconds: number): Promise<readonly unknown[]> => {
    const thrown: unknown[] = [];
    for (let second = 0; second < seconds; second++) {
      await clock.advance(1000);
      await callbacks();
      thrown.push(...(await line.run()));
    }
    return thrown;
  };

  const videosIn = (chatId: number): number =>
    sandbox.journal.sends.filter((sent) => sent.chatId === chatId && sent.method === "sendVideo").length;

  const assertNothingLeft = async ({ id }: StoryJob): Promise<void> => {
    const { prompt, imageFileId, imageMediaId, resultMediaId } = await rig.job(id);
    assert.deepEqual([prompt, imageFileId, imageMediaId, resultMediaId], [undefined, undefined, undefined, undefined]);
    await passAnHourForMedia(rig);
    await until("the files to be removed", async () => (await filesBelow(rig.dataDir)).length === 0);
    const { rows } = await sql<{ row: string }>`
      select job::text as row from studio.job union all select content.body::text from delivery.content
      union all select callback::text from studio.callback`.execute(db);
    assert.ok(!rows.some(({ row }) => row.includes(promptMark)), "the prompt is in the database");
  };

  /** How many a life without a death takes: each of them is a moment to die in. */
  const transactionsOf = async (modelId: string | undefined): Promise<number> => {
    const job = await story.order(modelId);
    crashes.crashAt({ transaction: never, when: "before_commit" });
    await pass(20);
    const count = crashes.transactions();
    await story.live(job);
    await story.assertDelivered(job);
    return count;
  };

  const story: ProviderStory = {
    pass: async (seconds) => {
      await pass(seconds);
    },

    order: async (modelId) => {
      const user = await rig.newUser({ credits: 10n * price });
      const model = models.find(({ id }) => modelId === undefined || id === modelId);
      assert.ok(model !== undefined);
      const file = { kind: "document", fileName: "a.png", mimeType: "image/png", bytes: picture } as const;
      const { id } = await rig.ordered(user, {
        modelId: model.id,
        prompt: `${promptMark} by the sea`,
        durationSeconds: model.seconds,
        resolution: model.size,
        imageFileId: model.image === "none" ? undefined : rig.sandbox.world.files.add(file).id,
      });
      return { id, user };
    },

    live: async ({ id }, aftermath = "the job is run again") => {
      for (let round = 0; round < 40; round++) {
        const deaths = await pass(3);
        if (deaths.length > 0) {
          crashes.crashAt(undefined);
          if (aftermath === "the queue is lost") line.lose();
        }
        const job = await rig.job(id);
        if (job.state === "delivering" || isEnded(job.state)) break;
        if (round % 4 < 3) continue;
        await clock.advance(91_000);
        await callbacks();
        await rig.sweep();
      }
      const ended = await until("the job to end", async () => {
        const job = await rig.job(id);
        return isEnded(job.state) && job;
      });
      crashes.crashAt(undefined);
      await pass(1);
      return ended;
    },

    dieAtEach: async (begun, modelId) => {
      const transactions = await transactionsOf(modelId);
      assert.ok(transactions >= 6);
      let paidBack = 0;
      for (let transaction = 1; transaction <= transactions; transaction++) {
        for (const [when, aftermath] of [
          ["before_commit", "the queue is lost"],
          ["after_commit", "the job is run again"],
        ] as const) {
          const before = begun();
          const job = await story.order(modelId);
          crashes.crashAt({ transaction, when });
          const { failure } = await story.live(job, aftermath);
          assert.equal(begun(), before + 1, `${transaction} ${when}: begun once, ${failure ?? "delivered"}`);
          if (failure === undefined) {
            await story.assertDelivered(job);
          } else {
            await story.assertPaidBack(job, "unclear");
            paidBack += 1;
          }
        }
      }
      return paidBack;
    },

    outlive: async (service, outage, job) => {
      while ((await rig.job(job.id)).state !== "running") await pass(5);
      service.outage = outage;
      await pass(60);
      assert.equal((await rig.job(job.id)).state, "running");
      service.outage = undefined;
      await story.live(job);
      await story.assertDelivered(job);
    },

    assertDelivered: async (job) => {
      assert.deepEqual([(await rig.job(job.id)).state, (await rig.job(job.id)).failure], ["delivered", undefined]);
      assert.equal(videosIn(job.user.telegramId), 1);
      assert.deepEqual(await rig.balance(job.user), { posted: 9n * price, held: 0n, available: 9n * price });
      await rig.assertSound();
      await assertNothingLeft(job);
    },

    assertPaidBack: async (job, failure) => {
      assert.deepEqual([(await rig.job(job.id)).state, (await rig.job(job.id)).failure], ["failed", failure]);
      assert.equal(videosIn(job.user.telegramId), 0);
      assert.deepEqual(await rig.balance(job.user), { posted: 10n * price, held: 0n, available: 10n * price });
      await rig.assertSound();
      await assertNothingLeft(job);
    },
  };
  return story;
}

/** Callbacks go to the real route, without a socket. */
async function openDoor({ kernel, parts }: StudioRig, road: CallbackRoad): Promise<void> {
  assert.ok(parts.routes !== undefined);
  const apiRoutes = [parts.routes];
  const server = await createHttpServer({ ...kernel, requestsPerMinute: 10_000, proxies: [], routes: [], apiRoutes });
  cleanUp(async () => {
    await server.close();
  });
  road.lead = async (url, headers, payload) =>
    (await server.inject({ method: "POST", url: new URL(url).pathname, headers, payload })).statusCode;
}

/** A picture that was stored by a process which died before it could be kept goes with the sweep an hour later. */
async function passAnHourForMedia({ database: { db }, assembly }: StudioRig): Promise<void> {
  await sql`update media.file set created_at = created_at - interval '1 hour' where kept_at is null`.execute(db);
  await assembly.media.sweep();
}

/** A provider's models at the price that the stories reckon with. */
export function storyCatalogue(provider: string, models: readonly StoryModel[]): Catalogue {
  return catalogueSchema.parse(
    models.map(({ seconds, size, ...model }) => ({
      ...model,
      label: model.id,
      provider,
      enabled: true,
      promptMaxLength: 500,
      durations: [{ seconds, price, costUsdMicros: 100_000 }],
      resolutions: [size],
    })),
  );
}
