import { sql } from "kysely";

import { createAccounts } from "../../accounts/index.ts";
import { createListener, type Database } from "../../db/index.ts";
import { type Clock, systemClock } from "../../lib/clock.ts";
import { Html } from "../../lib/html.ts";
import { systemIds } from "../../lib/ids.ts";
import { Secret } from "../../lib/secret.ts";
import { loadTexts } from "../../lib/texts.ts";
import type { MediaStore } from "../../media/index.ts";
import { createHealth, createMetrics, type Health, type Metrics, silentLogger } from "../../observability/index.ts";
import type { Settings, SettingsSection } from "../../settings/index.ts";
import { type BotApi, createBotApi } from "../../telegram/index.ts";
import { createDelivery, type DeliveryEngine } from "../create-delivery.ts";
import type { DeliveryRecord, Message, NotificationType, SettlementHandler } from "../delivery.ts";
import type { DeliveryEnvironment } from "../settings.ts";
import type { BotApiServer } from "./bot-api-server.ts";

export const unlimited: DeliveryEnvironment = {
  DELIVERY_GLOBAL_PER_SECOND: 0,
  DELIVERY_CHAT_PER_SECOND: 0,
  DELIVERY_GROUP_PER_MINUTE: 0,
};

export const testTypes: readonly NotificationType[] = [
  { topic: "test.signal", lane: "signal", label: "x", optOut: true, duringQuietHours: "hold" },
  { topic: "test.alert", lane: "alert", label: "x", optOut: true, duringQuietHours: "silent" },
  { topic: "test.report", lane: "report", label: "x", optOut: true, duringQuietHours: "drop" },
  { topic: "test.bulk", lane: "bulk", label: "x", optOut: true, duringQuietHours: "deliver" },
];

export interface RigOptions {
  readonly database: Database;
  readonly server: Pick<BotApiServer, "root">;
  readonly environment?: DeliveryEnvironment;
  readonly clock?: Clock;
  readonly settlements?: readonly SettlementHandler[];
  readonly media?: MediaStore;
  readonly settings?: ReadonlyMap<string, unknown>;
  readonly token?: string;
  readonly owner?: string;
  readonly leaseTtlMs?: number;
  readonly stallMs?: number;
  /** Stands before the API, to interfere. */
  readonly wrapApi?: (api: BotApi) => BotApi;
}

export interface Rig {
  readonly engine: DeliveryEngine;
  readonly api: BotApi;
  readonly health: Health;
  readonly metrics: Metrics;
  readonly stop: () => Promise<void>;
}

/** A delivery engine on a real database and a real HTTP server, not started. */
export async function makeRig(options: RigOptions): Promise<Rig> {
  const { database, server, environment = unlimited, clock = systemClock, settlements = [] } = options;
  const log = silentLogger();
  const metrics = createMetrics({ process: false });
  const health = createHealth();
  const listener = createListener({ url: database.url, log, clock: systemClock, ids: systemIds });
  const api = createBotApi({
    token: new Secret(options.token ?? "123456789:AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA"),
    root: server.root,
    clock: systemClock,
    ids: systemIds,
    log,
    metrics,
    connections: 128,
  });
  const engine = createDelivery({
    database,
    api: options.wrapApi?.(api) ?? api,
    accounts: createAccounts({ clock, ids: systemIds, adminChatIds: [], monitoringChatIds: [] } as never),
    media: options.media ?? noMedia,
    settings: fixedSettings(options.settings ?? new Map()),
    environment,
    texts: loadTexts([new URL("../texts/", import.meta.url)]),
    notificationTypes: testTypes,
    settlements: () => settlements,
    listener,
    clock,
    ids: systemIds,
    log,
    metrics,
    health,
    owner: options.owner ?? systemIds.next(),
    ...(options.leaseTtlMs !== undefined && { leaseTtlMs: options.leaseTtlMs }),
    ...(options.stallMs !== undefined && { stallMs: options.stallMs }),
  });
  await listener.start();
  return {
    engine,
    api,
    health,
    metrics,
    stop: async () => {
      await engine.stop();
      await listener.close();
      await api.close();
    },
  };
}

export function text(words: string): Message["content"] {
  return { kind: "text", html: Html.text(words) };
}

export async function recordOf({ engine }: Rig, database: Database, id: number | undefined): Promise<DeliveryRecord> {
  const record = id === undefined ? undefined : await engine.find(database.db, id);
  if (record === undefined) throw new Error(`no delivery ${id}`);
  return record;
}

/** A group or private chat that account knows. */
export async function addChat(database: Database, id: number): Promise<void> {
  await sql`
    insert into account.chat (id, type, title) values (${id}, ${id > 0 ? "private" : "group"}, 'a chat')
    on conflict do nothing`.execute(database.db);
}

function fixedSettings(values: ReadonlyMap<string, unknown>): Settings {
  const current = <T>(section: SettingsSection<T>): T => section.schema.parse(values.get(section.key) ?? {});
  return {
    current,
    read: async (section) => await Promise.resolve(current(section)),
    write: async () => await Promise.reject(new Error("not here")),
    revise: async () => await Promise.reject(new Error("not here")),
    history: async () => await Promise.resolve([]),
  };
}

const noMedia: MediaStore = {
  put: unexpected,
  keep: unexpected,
  find: unexpected,
  findAll: unexpected,
  open: unexpected,
  rememberFileId: unexpected,
  erase: unexpected,
  signedPath: () => {
    throw new Error("no media here");
  },
  verifySigned: () => undefined,
};

async function unexpected(): Promise<never> {
  return await Promise.reject(new Error("no media here"));
}
