import assert from "node:assert/strict";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { isDeepStrictEqual } from "node:util";

import { sql } from "kysely";

import { createAccounts, type User } from "#kernel/accounts/index.ts";
import { readConfig } from "#kernel/config/index.ts";
import { type Database, inTransaction, notify, type Tx } from "#kernel/db/index.ts";
import type { DeliveryState } from "#kernel/delivery/index.ts";
import type { FeatureParts, Kernel } from "#kernel/feature.ts";
import { type Balance, ledgerViolations } from "#kernel/ledger/index.ts";
import { createCipher } from "#kernel/lib/cipher.ts";
import { systemClock } from "#kernel/lib/clock.ts";
import { systemIds } from "#kernel/lib/ids.ts";
import { type ManualClock, manualClock } from "#kernel/lib/manual-clock.ts";
import { Secret } from "#kernel/lib/secret.ts";
import { createDrawingProcess } from "#kernel/media/index.ts";
import { createMetrics, silentLogger } from "#kernel/observability/index.ts";
import type { SettingsSection } from "#kernel/settings/index.ts";
import { type Catalogue, catalogueSchema } from "#providers/video/catalogue.ts";
import { drawFilm } from "#providers/video/demo/film/film.ts";
import type { VideoProvider } from "#providers/video/port.ts";
import { cleanUp } from "#test/support/clean-up.ts";
import { type CrashingDb, crashingDb } from "#test/support/crashing-db.ts";
import { testDatabase } from "#test/support/database.ts";
import { until } from "#test/support/until.ts";

import { assemble, type Assembly } from "../../../assemble.ts";
import { type Sandbox, startSandbox } from "../../../sandbox/server.ts";
import { sandboxAdminId } from "../../../sandbox/world/first-world.ts";
import type { Advanced } from "../advance.ts";
import { studioOver } from "../feature.ts";
import type { JobEvent } from "../job-state.ts";
import { findJob, type VideoJob } from "../job.ts";
import type { Studio } from "../make-studio.ts";
import { type OrderOutcome, orderVideo, type Wish } from "../order.ts";
import { modelSettings } from "../settings.ts";
import { type JobLine, jobLine } from "./job-line.ts";
import { type ScriptedProvider, scriptedProvider } from "./scripted-provider.ts";

/** Studio on the real kernel, database and sandbox; time, the job queue and the provider are in the test's hands. */
export interface StudioRig {
  readonly database: Database;
  readonly sandbox: Sandbox;
  readonly kernel: Kernel;
  readonly assembly: Assembly;
  readonly studio: Studio;
  readonly parts: FeatureParts;
  readonly clock: ManualClock;
  readonly line: JobLine;
  readonly provider: ScriptedProvider;
  /** Stands in for the other. */
  readonly spare: ScriptedProvider;
  /** What studio's background work writes through. */
  readonly crashes: CrashingDb;
  /** Below it lies everything that is kept in files. */
  readonly dataDir: string;
  /** A real video of a second. */
  readonly film: Uint8Array;
  readonly write: <T>(work: (tx: Tx) => Promise<T>) => Promise<T>;
  /** Somebody who has started the bot. */
  readonly newUser: (options?: { readonly credits?: bigint }) => Promise<User>;
  readonly change: <T extends object>(section: SettingsSection<T>, values: Partial<T>) => Promise<void>;
  /** Has these models on offer from now on. */
  readonly offer: (models: Catalogue) => Promise<void>;
  readonly order: (user: User, wish?: Partial<Wish>) => Promise<OrderOutcome>;
  /** Orders, which must be possible. */
  readonly ordered: (user: User, wish?: Partial<Wish>) => Promise<VideoJob>;
  readonly job: (id: string) => Promise<VideoJob>;
  readonly advance: (id: string, event: JobEvent) => Promise<Advanced>;
  /** Tells what became of the job's video, as the delivery engine does. */
  readonly settle: (id: string, state: Exclude<DeliveryState, "queued" | "sending" | "held">) => Promise<void>;
  /** Lets time pass and due work run. @returns what the work threw. */
  readonly pass: (ms: number) => Promise<readonly unknown[]>;
  readonly sweep: () => Promise<void>;
  /** Ends what is open and forgets what is queued: for after a test. */
  readonly clear: () => Promise<void>;
  readonly balance: (user: User) => Promise<Balance>;
  /** Stores a file and makes it part of the business. @returns its id. */
  readonly keepFile: () => Promise<string>;
  /** Fails with what is wrong with the books. */
  readonly assertSound: () => Promise<void>;
}

export const price = 1000n;
const size = { width: 128, height: 128, aspectRatio: "1:1" };
const priced = {
  enabled: true,
  promptMaxLength: 200,
  durations: [
    { seconds: 4, price, costUsdMicros: 250_000 },
    { seconds: 8, price: 2n * price, costUsdMicros: 500_000 },
  ],
  resolutions: [size, { width: 256, height: 144, aspectRatio: "16:9", percent: 150 }],
};

/** `words` and `photo` on the provider, `spare` on the other. */
export const testCatalogue = catalogueSchema.parse([
  { ...priced, id: "words", label: "Words", provider: "scripted", providerModel: "w", image: "none" },
  { ...priced, id: "photo", label: "Photo", provider: "scripted", providerModel: "p", image: "required" },
  { ...priced, id: "spare", label: "Spare", provider: "spare", providerModel: "s", image: "none" },
]);

export interface StudioRigOptions {
  /** Whether the scripted providers find jobs by our own reference. */
  readonly looksUp?: boolean;
  /** Beside the scripted providers. */
  readonly open?: (kernel: Kernel) => readonly VideoProvider[];
  readonly catalogue?: Catalogue;
  readonly clock?: ManualClock;
  /** Variables beside those that every rig has. */
  readonly environment?: Readonly<Record<string, string>>;
}

export async function studioRig({
  looksUp = true,
  open = () => [],
  catalogue = testCatalogue,
  clock = manualClock(new Date()),
  environment = {},
}: StudioRigOptions = {}): Promise<StudioRig> {
  const database = await testDatabase({ connections: 30 });
  const dataDir = await mkdtemp(join(tmpdir(), "telecast-studio-"));
  cleanUp(async () => {
    await rm(dataDir, { recursive: true, force: true });
  });
  const sandbox = await startSandbox({ clock: systemClock, ids: systemIds, host: "127.0.0.1", port: 0, limits: "off" });
  cleanUp(sandbox.close);
  const line = jobLine(clock);
  const crashes = crashingDb(database.db);
  const film = await drawTestFilm(clock);
  const [provider, spare] = [scriptedProvider({ film, looksUp }), scriptedProvider({ id: "spare", film })];

  let studio: Studio | undefined;
  let parts: FeatureParts | undefined;
  const feature = studioOver(
    (kernel) => ({ list: [provider, spare, ...open(kernel)] }),
    (made) => {
      studio = made;
    },
  );
  const assembly = assemble({
    config: readConfig({
      DATA_DIR: dataDir,
      PUBLIC_URL: "https://studio.example",
      DELIVERY_GLOBAL_PER_SECOND: "0",
      DELIVERY_CHAT_PER_SECOND: "0",
      ...environment,
    }),
    database,
    cipher: createCipher(Buffer.alloc(32, 7)),
    clock: systemClock,
    ids: systemIds,
    log: silentLogger(),
    metrics: createMetrics({ process: false }),
    features: [
      {
        ...feature,
        setup: (kernel) => {
          const accounts = createAccounts({ ...kernel, ...kernel.accounts, clock, environmentKey: undefined });
          parts = feature.setup({ ...kernel, accounts, clock, jobs: line, db: crashes.db });
          return parts;
        },
      },
    ],
    bot: { token: new Secret(sandbox.botToken), apiRoot: sandbox.url },
    adminChatIds: [sandboxAdminId],
  });
  assert.ok(studio !== undefined && parts !== undefined);
  await storeCatalogue(database, catalogue);
  await begin(assembly);
  return {
    ...hands({ database, assembly, sandbox, studio, parts, clock, line }),
    database,
    sandbox,
    kernel: assembly.kernel,
    assembly,
    studio,
    parts,
    clock,
    line,
    provider,
    spare,
    crashes,
    dataDir,
    film,
  };
}

/** Starts what reads the settings; all of it ends with the file's tests. */
async function begin({ settings, listener, media, delivery, drawing, api }: Assembly): Promise<void> {
  await settings.start();
  await listener.start();
  cleanUp(async () => {
    await settings.stop();
    await listener.close();
    await delivery.stop();
    await media.stop();
    for (const each of drawing) await each.close();
    await api.close();
  });
}

/** As the database has it: amounts are decimal text. To be followed by what makes the settings read again. */
async function storeCatalogue({ db }: Pick<Database, "db">, models: Catalogue): Promise<void> {
  const value = JSON.stringify({ models }, (_key, each: unknown) => (typeof each === "bigint" ? String(each) : each));
  await inTransaction(db, async (tx) => {
    await sql`
      insert into setting.section (key, value) values (${modelSettings.key}, ${value})
      on conflict (key) do update set value = excluded.value`.execute(tx);
    await notify(tx, "telecast_settings");
  });
}

async function drawTestFilm(clock: ManualClock): Promise<Uint8Array> {
  const drawing = createDrawingProcess({ clock });
  const film = await drawing.run(drawFilm, { prompt: "a test", seed: "1", width: 128, height: 128, seconds: 1 });
  await drawing.close();
  assert.ok(film.ok);
  return film.mp4;
}

type Hands = Omit<
  StudioRig,
  | "database"
  | "sandbox"
  | "kernel"
  | "assembly"
  | "studio"
  | "parts"
  | "clock"
  | "line"
  | "provider"
  | "spare"
  | "crashes"
  | "dataDir"
  | "film"
>;

function hands({
  database: { db },
  assembly: { kernel },
  sandbox,
  studio,
  parts,
  clock,
  line,
}: Pick<StudioRig, "database" | "assembly" | "sandbox" | "studio" | "parts" | "clock" | "line">): Hands {
  const write: StudioRig["write"] = async (work) => await inTransaction(db, work);
  const order: StudioRig["order"] = async (user, wish = {}) =>
    await write(async (tx) => await orderVideo(studio, tx, { ...wishOf(user), ...wish }));
  const job: StudioRig["job"] = async (id) => {
    const found = await findJob(db, id);
    assert.ok(found !== undefined, `there is no job ${id}`);
    return found;
  };
  return {
    write,
    order,
    job,
    newUser: async (options) => await write(async (tx) => await makeUser(tx, { kernel, sandbox }, options)),
    change: async (section, values) => {
      const value = { ...(await kernel.settings.read(section)), ...values };
      await write(async (tx) => {
        await kernel.settings.write(tx, section, { value, by: "test" });
      });
    },
    offer: async (models) => {
      await storeCatalogue({ db }, models);
      await until("the catalogue to be read", () =>
        isDeepStrictEqual(kernel.settings.current(modelSettings).models, models),
      );
    },
    ordered: async (user, wish) => {
      const outcome = await order(user, wish);
      assert.ok(outcome.ok, outcome.ok ? "" : `refused: ${outcome.reason}`);
      return outcome.job;
    },
    advance: async (id, event) => await write(async (tx) => await studio.advance(tx, id, event)),
    settle: async (id, state) => {
      const { deliveryId = 0, chatId } = await job(id);
      await write(async (tx) => {
        await parts.settlements?.[0]?.run(tx, {
          deliveryId,
          chatId,
          state,
          reference: id,
          error: undefined,
          messageId: state === "sent" ? 77 : undefined,
          telegramFileId: state === "sent" ? "a-file" : undefined,
        });
      });
    },
    pass: async (ms) => {
      await clock.advance(ms);
      return await line.run();
    },
    sweep: async () => {
      await line.runNow(studio.sweep);
      await line.run();
    },
    clear: async () => {
      const { rows } = await sql<{ id: string }>`select id from studio.job where finished_at is null`.execute(db);
      for (const { id } of rows) {
        await write(async (tx) => {
          const { ok } = await studio.advance(tx, id, { type: "cancelled" });
          if (!ok) await studio.advance(tx, id, { type: "failed", failure: "delivery" });
        });
      }
      await sql`delete from studio.circuit`.execute(db);
      line.lose();
    },
    balance: async (user) => await kernel.ledger.balance(db, user.id),
    keepFile: async () => await write(async (tx) => await makeFile(tx, kernel)),
    assertSound: async () => {
      assert.deepEqual(await ledgerViolations(db), []);
    },
  };
}

let references = 0;

async function makeUser(
  tx: Tx,
  { kernel, sandbox }: Pick<StudioRig, "kernel" | "sandbox">,
  { credits = 0n }: { readonly credits?: bigint } = {},
): Promise<User> {
  const [telegramId = 0] = sandbox.addStartedPeople(1);
  const user = await kernel.accounts.noteUser(tx, { id: telegramId, firstName: "Ann", username: "ann" });
  await kernel.accounts.noteChat(tx, { id: telegramId, type: "private", title: "Ann" });
  if (credits > 0n) {
    references += 1;
    const gift = { userId: user.id, amount: credits, kind: "grant", reason: "test", actor: "test" } as const;
    await kernel.ledger.adjust(tx, { ...gift, reference: `test:${references}` });
  }
  return user;
}

async function makeFile(tx: Tx, { media }: Kernel): Promise<string> {
  const file = await media.put({ contentType: "video/mp4", fileName: "a", body: Buffer.from("bytes"), maxBytes: 10 });
  await media.keep(tx, file.id);
  return file.id;
}

/** What a wish is made of when the test does not say. */
export function wishOf(user: User): Wish {
  return {
    user,
    chatId: user.telegramId,
    threadId: undefined,
    promptMessageId: undefined,
    pressedMessageId: undefined,
    modelId: "words",
    prompt: "a paper boat",
    durationSeconds: 4,
    resolution: { width: 128, height: 128 },
    imageFileId: undefined,
    seed: 0,
  };
}

/** The newest card of a job, as it was queued for sending. */
export async function cardText({ database: { db } }: Pick<StudioRig, "database">, jobId: string): Promise<string> {
  const { rows } = await sql<{ text: string }>`
    select content.body::text as text
    from (
      select id, card_id, content_id from delivery.outbox union all select id, card_id, content_id from delivery.history
    ) as sent
      join delivery.card on card.id = sent.card_id
      join delivery.content on content.id = sent.content_id
    where card.key = ${`studio.job:${jobId}`} order by sent.id desc limit 1`.execute(db);
  return rows[0]?.text ?? "";
}
