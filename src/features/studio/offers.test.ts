import assert from "node:assert/strict";
import { test } from "node:test";

import { type Catalogue, catalogueSchema } from "#providers/video/catalogue.ts";

import type { Circuit } from "./circuit.ts";
import type { VideoJob } from "./job.ts";
import { chooseOffer, hasAnotherOffer, type Market } from "./offers.ts";

const now = new Date("2026-11-21T12:00:00Z");

/** Three providers of one model: `dear` was ordered, `cheap` costs least, `long` makes only eight seconds. */
function catalogue(changes: Partial<Catalogue[number]> = {}): Catalogue {
  const model = (id: string, costUsdMicros: number, seconds = 4): unknown => ({
    id,
    label: id,
    provider: `p-${id}`,
    providerModel: id,
    enabled: true,
    promptMaxLength: id === "cheap" ? 20 : 100,
    image: "none",
    durations: [{ seconds, price: 1000, costUsdMicros }],
    resolutions: [{ width: 128, height: 128, aspectRatio: "1:1" }],
  });
  const dear = { ...(model("dear", 900) as object), standIns: ["middle", "cheap", "long"], ...changes };
  return catalogueSchema.parse([dear, model("middle", 500), model("cheap", 100), model("long", 1, 8)]);
}

const job = {
  model: "dear",
  standIn: undefined,
  durationSeconds: 4,
  width: 128,
  height: 128,
  imageFileId: undefined,
  triedModels: [],
} as unknown as VideoJob;

function circuit(dueInMs: number): Circuit {
  const until = new Date(now.getTime() + dueInMs);
  return { state: "open", trouble: "outage", outSince: now, openings: 1, until };
}

function market(
  models: Catalogue,
  { out = [], due = [], missing = [] }: Partial<Record<"out" | "due" | "missing", readonly string[]>> = {},
): Market {
  const circuits = [...out.map((id) => [id, 60_000] as const), ...due.map((id) => [id, 0] as const)];
  return {
    models,
    providers: { has: (id) => !missing.includes(id) },
    circuits: new Map(circuits.map(([id, ms]) => [`p-${id}`, circuit(ms)])),
    now,
  };
}

function chosen(in_: Market, of: VideoJob = job, promptLength = 5): string {
  const choice = chooseOffer(in_, of, promptLength);
  return choice.ok ? `${choice.offer.model}: ${choice.reason}, not ${choice.passedOver.join(" ")}` : choice.reason;
}

test("of those that can and are well the cheapest makes it, unless another is pinned", () => {
  assert.equal(chosen(market(catalogue())), "cheap: cheapest, not ");
  assert.equal(chosen(market(catalogue({ pinned: "dear" }))), "dear: pinned, not ");
  assert.equal(chosen(market(catalogue({ standIns: [] }))), "dear: only, not ");
});

test("of equals the first in the list makes it", () => {
  const models = catalogue().map((model) => ({
    ...model,
    durations: model.durations.map((length) => ({ ...length, costUsdMicros: 7n })),
  }));
  assert.equal(chosen(market(models)), "dear: cheapest, not ");
});

test("who is out is passed over, and so is who could not be reached just now", () => {
  assert.equal(chosen(market(catalogue(), { out: ["cheap"] })), "middle: failover, not cheap");
  assert.equal(chosen(market(catalogue({ pinned: "dear" }), { out: ["dear"] })), "cheap: failover, not dear");
  const tried = { ...job, triedModels: ["cheap", "middle"] };
  assert.equal(chosen(market(catalogue()), tried), "dear: failover, not cheap middle");
  const all = { ...job, triedModels: ["cheap", "middle", "dear"] };
  assert.equal(chosen(market(catalogue()), all), "cheap: cheapest, not ", "all were tried: from the start");
});

test("who has been out for long enough is tried by a job", () => {
  assert.equal(chosen(market(catalogue(), { due: ["cheap"] })), "cheap: trial, not ");
});

test("who cannot make it is nobody to choose: not set up, another length, too long a prompt", () => {
  assert.equal(chosen(market(catalogue(), { missing: ["p-cheap"] })), "middle: cheapest, not ");
  assert.equal(chosen(market(catalogue()), { ...job, durationSeconds: 8 }), "long: only, not ");
  assert.equal(chosen(market(catalogue()), job, 21), "middle: cheapest, not ");
  assert.equal(chosen(market(catalogue()), { ...job, durationSeconds: 5 }), "none");
  assert.equal(chosen(market([])), "none");
});

test("what was ordered is made although its model was switched off; a stand-in that is off is none", () => {
  const off = catalogue({ enabled: false }).map((model) =>
    model.id === "cheap" ? { ...model, enabled: false } : model,
  );
  assert.equal(chosen(market(off, { out: ["middle"] })), "dear: failover, not middle");
});

test("when all are out the job waits", () => {
  assert.equal(chosen(market(catalogue(), { out: ["dear", "middle", "cheap"] })), "out");
});

test("a job moves on only to somebody who is well and was not tried", () => {
  const cheapNow = { ...job, standIn: "cheap" };
  assert.equal(hasAnotherOffer(market(catalogue()), cheapNow, 5), true);
  assert.equal(hasAnotherOffer(market(catalogue(), { out: ["middle", "dear"] }), cheapNow, 5), false);
  const rest = { ...cheapNow, triedModels: ["middle", "dear"] };
  assert.equal(hasAnotherOffer(market(catalogue()), rest, 5), false);
  assert.equal(hasAnotherOffer(market(catalogue({ standIns: [] })), job, 5), false);
});
