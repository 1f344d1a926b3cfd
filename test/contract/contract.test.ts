import assert from "node:assert/strict";
import { test } from "node:test";

import { createCipher } from "#kernel/lib/cipher.ts";
import { systemIds } from "#kernel/lib/ids.ts";
import { manualClock } from "#kernel/lib/manual-clock.ts";
import { Secret } from "#kernel/lib/secret.ts";
import { createA2eProvider } from "#providers/video/a2e/a2e-provider.ts";
import { createAiSdkProvider } from "#providers/video/ai-sdk/ai-sdk-provider.ts";
import { fal } from "#providers/video/ai-sdk/ai-sdk-service.ts";
import { createOmniProvider } from "#providers/video/google/omni-provider.ts";
import { createVeoProvider, type VeoDeps } from "#providers/video/google/veo-provider.ts";
import { kiePace } from "#providers/video/kie/kie-api.ts";
import { createKieProvider } from "#providers/video/kie/kie-provider.ts";
import type { VideoProvider, VideoRequest } from "#providers/video/port.ts";
import { createRateGate } from "#providers/video/wire/rate-gate.ts";
import { cleanUp } from "#test/support/clean-up.ts";
import { a2eKey, a2eServer } from "#test/support/providers/a2e-server.ts";
import { falKey, falServer } from "#test/support/providers/fal-server.ts";
import { geminiKey, googleServer } from "#test/support/providers/google-server.ts";
import { kieKey, type KieServer, kieServer } from "#test/support/providers/kie-server.ts";
import { vertexAuth } from "#test/support/providers/vertex-auth.ts";

import { checkContract, type ContractSubject } from "./contract.ts";

/** The stand-ins keep the same contract as the services they stand in for: what is checked is checked here too. */
const film = Buffer.concat([Buffer.from([0, 0, 0, 24]), Buffer.from("ftypisom and so on")]);
const clock = manualClock(new Date());
const request: VideoRequest = {
  model: "wan/2-2-a14b-text-to-video-turbo",
  prompt: "a paper boat",
  durationSeconds: 5,
  width: 848,
  height: 480,
  aspectRatio: "16:9",
  seed: 1,
  clientReference: "contract",
};
const time = { wait: async () => await clock.advance(1000), mostLooks: 20 };

async function kieSubject(): Promise<ContractSubject & { readonly server: KieServer }> {
  const server = await kieServer({ clock, film });
  const open = (key: string): VideoProvider => {
    const kie = createKieProvider({
      root: server.url,
      key: new Secret(key),
      callbackSecret: undefined,
      clock,
      ids: systemIds,
      gate: createRateGate({ clock, ...kiePace }),
    });
    cleanUp(kie.close);
    return kie;
  };
  const unknownReference = "jobs:0:0123456789abcdef0123456789abcdef";
  return { ...time, server, provider: open(kieKey), stranger: open("nobody's"), request, unknownReference };
}

test("KIE's stand-in keeps the contract", async () => {
  const outcomes = await checkContract(await kieSubject(), { paid: true });
  assert.deepEqual(
    outcomes.filter(({ outcome }) => outcome !== "kept"),
    [],
  );
});

test("A2E's stand-in keeps the contract", async () => {
  const server = await a2eServer({ clock, film });
  const open = (key: string): VideoProvider => {
    const cipher = createCipher(Buffer.alloc(32, 7));
    const a2e = createA2eProvider({ root: server.url, key: new Secret(key), clock, cipher });
    cleanUp(a2e.close);
    return a2e;
  };
  const picture = { bytes: Buffer.alloc(0), contentType: "image/jpeg", url: "https://example.org/picture.jpg" };
  const outcomes = await checkContract(
    {
      ...time,
      provider: open(a2eKey),
      stranger: open("nobody's"),
      request: { ...request, model: "a2e-v2", image: picture },
      unknownReference: "0:000000000000000000000000",
    },
    { paid: true },
  );
  assert.deepEqual(
    outcomes.filter(({ outcome }) => outcome !== "kept"),
    [],
  );
});

test("Google's stand-ins keep the contract", async () => {
  const server = await googleServer({ clock, film });
  const openVeo = (auth: NonNullable<VeoDeps["auth"]>): VideoProvider => {
    const veo = createVeoProvider({ project: "p", location: "us-central1", root: server.url, auth });
    cleanUp(veo.close);
    return veo;
  };
  const openOmni = (key: string): VideoProvider => {
    const omni = createOmniProvider({ root: server.url, key: new Secret(key), clock });
    cleanUp(omni.close);
    return omni;
  };
  const small = { ...request, durationSeconds: 4, width: 1280, height: 720 };
  const model = "veo-3.1-lite-generate-001";
  const subjects: readonly ContractSubject[] = [
    {
      ...time,
      provider: openVeo(vertexAuth()),
      stranger: openVeo(vertexAuth("nobody's")),
      request: { ...small, model },
      unknownReference: `projects/p/locations/us-central1/publishers/google/models/${model}/operations/none`,
    },
    {
      ...time,
      provider: openOmni(geminiKey),
      stranger: openOmni("nobody's"),
      request: { ...small, model: "gemini-omni-1.1-flash" },
      unknownReference: "0:v1_none",
    },
  ];
  for (const subject of subjects) {
    const outcomes = await checkContract(subject, { paid: true });
    assert.deepEqual(
      outcomes.filter(({ outcome }) => outcome !== "kept"),
      [],
    );
  }
});

test("fal's stand-in keeps the contract", async () => {
  const server = await falServer({ clock, film });
  const open = (key: string): VideoProvider => {
    const provider = createAiSdkProvider({ service: fal, root: server.url, key: new Secret(key) });
    cleanUp(provider.close);
    return provider;
  };
  const model = "veo3.1/fast";
  const operation = {
    responseUrl: "https://queue.fal.run/fal-ai/veo3.1/requests/none",
    submitUrl: `https://queue.fal.run/fal-ai/${model}`,
  };
  const subject = {
    ...time,
    provider: open(falKey),
    stranger: open("nobody's"),
    request: { ...request, model, durationSeconds: 4 },
    unknownReference: JSON.stringify({ model, operation }),
  };
  const outcomes = await checkContract(subject, { paid: true });
  assert.deepEqual(
    outcomes.filter(({ outcome }) => outcome !== "kept"),
    [],
  );
});

test("what costs money is left out on request", async () => {
  const subject = await kieSubject();
  const outcomes = await checkContract(subject, { paid: false });
  assert.deepEqual(
    outcomes.map(({ outcome }) => outcome),
    ["kept", "kept", "kept", "kept", "skipped"],
  );
  assert.equal(subject.server.tasks.length, 0);
});

test("a service that breaks its contract is told apart, with what was seen", async () => {
  const subject = await kieSubject();
  subject.server.plan = { renderMs: 1000, failure: { code: 500, message: "a paper boat" } };
  const broken = await checkContract({ ...subject, stranger: subject.provider }, { paid: true });
  assert.deepEqual(
    broken.map(({ outcome }) => outcome),
    ["kept", "broken", "kept", "kept", "broken"],
  );
  const words = broken.map(({ seen }) => seen).join("\n");
  assert.match(words, /it was taken[\s\S]+failed: provider_error kie_500/);
  assert.doesNotMatch(words, /paper boat/);
});
