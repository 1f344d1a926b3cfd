import assert from "node:assert/strict";
import { test } from "node:test";

import { readConfig } from "#kernel/config/index.ts";
import { defaultCatalogue } from "#providers/video/default-catalogue.ts";
import { cleanUp } from "#test/support/clean-up.ts";

import { readOffer } from "./on-offer.ts";
import { openProviders } from "./open-providers.ts";
import { studioRig } from "./testing/studio-rig.ts";

const { kernel } = await studioRig();

/** The providers that such an environment sets up. */
function providersOf(environment: Readonly<Record<string, string>>): readonly string[] {
  const { list, close } = openProviders({ ...kernel, config: readConfig(environment) });
  cleanUp(close);
  return list.map(({ id }) => id);
}

/** The models that are then on offer, in a new installation. */
async function offered(environment: Readonly<Record<string, string>>): Promise<readonly string[]> {
  const providers = new Set(providersOf(environment));
  const read = async (): Promise<never> => await Promise.resolve({ models: defaultCatalogue } as never);
  const models = await readOffer({ settings: { ...kernel.settings, read }, providers });
  assert.equal(models.length, defaultCatalogue.length, "none is forgotten");
  return models.filter(({ enabled }) => enabled).map(({ id }) => id);
}

const demo = ["demo-text", "demo-image"];
const kie = ["veo-3-fast", "runway-gen-3", "wan-2.2-text", "wan-2.2-image", "kling-2.1-standard"];
const veo = ["veo-3.1-fast", "veo-3.1-lite", "veo-3.1"];

test("without a key there is the demo and nothing else", async () => {
  assert.deepEqual(await offered({}), demo);
});

test("each key brings its provider's models, a real one first and the demo last", async () => {
  assert.deepEqual(await offered({ KIE_AI_API_KEY: "k" }), [...kie, ...demo]);
  assert.deepEqual(await offered({ BRS_AI_API_KEY: "k" }), [...kie, ...demo]);
  assert.deepEqual(await offered({ GOOGLE_CLOUD_PROJECT_ID: "my-project-1" }), [...veo, ...demo]);
  assert.deepEqual(await offered({ GEMINI_API_KEY: "k" }), ["gemini-omni", ...demo]);
  assert.deepEqual(await offered({ FAL_API_KEY: "k" }), ["veo-3.1-fast-fal", ...demo]);
  assert.deepEqual(await offered({ REPLICATE_API_TOKEN: "k" }), ["minimax-video-01", ...demo]);
  assert.deepEqual(await offered({ A2E_API_KEY: "k", PUBLIC_URL: "https://bot.example" }), ["a2e-image", ...demo]);
});

test("A2E without a public address could not fetch a picture, and is not on offer", async () => {
  assert.deepEqual(await offered({ A2E_API_KEY: "k" }), demo);
});

test("all of them together are there once each", () => {
  const all = {
    KIE_AI_API_KEY: "k",
    BRS_AI_API_KEY: "l",
    GOOGLE_CLOUD_PROJECT_ID: "my-project-1",
    GEMINI_API_KEY: "k",
    FAL_API_KEY: "k",
    REPLICATE_API_TOKEN: "k",
    A2E_API_KEY: "k",
    PUBLIC_URL: "https://bot.example",
  };
  assert.deepEqual(providersOf(all), ["demo", "kie", "a2e", "google", "gemini", "fal", "replicate"]);
});
