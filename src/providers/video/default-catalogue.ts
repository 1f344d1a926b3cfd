import { type Catalogue, catalogueSchema } from "./catalogue.ts";

/*
 * What a new installation offers, as far as its providers are set up; `docs/providers.md` says where the costs come from.
 * Prices are thousandths of a credit, which brings in 1.30 USD (100 Stars); they leave at least a third of that.
 */

const hd = [
  { width: 720, height: 1280, aspectRatio: "9:16" },
  { width: 1280, height: 720, aspectRatio: "16:9" },
];
const fullHd = [
  { width: 1080, height: 1920, aspectRatio: "9:16" },
  { width: 1920, height: 1080, aspectRatio: "16:9" },
];
const squareHd = { width: 720, height: 720, aspectRatio: "1:1" };
const smallSizes = [
  { width: 480, height: 848, aspectRatio: "9:16" },
  { width: 848, height: 480, aspectRatio: "16:9" },
];

/** KIE sells a credit for 0.005 USD: Veo 3 Fast takes 60 whatever the length, Wan 16 a second at 720p and 8 at 480p. */
const kie = [
  {
    id: "veo-3-fast",
    label: "Veo 3 Fast",
    providerModel: "veo3_fast",
    usualSeconds: 180,
    promptMaxLength: 5000,
    image: "optional",
    durations: [8, 6, 4].map((seconds) => ({ seconds, price: 500, costUsdMicros: 300_000 })),
    resolutions: hd,
  },
  {
    id: "runway-gen-3",
    label: "Runway Gen-3",
    providerModel: "runway",
    promptMaxLength: 1800,
    image: "optional",
    durations: [
      { seconds: 5, price: 150, costUsdMicros: 60_000 },
      { seconds: 10, price: 300, costUsdMicros: 150_000 },
    ],
    resolutions: [...hd, squareHd],
  },
  {
    id: "wan-2.2-text",
    label: "Wan 2.2: text to video",
    providerModel: "wan/2-2-a14b-text-to-video-turbo",
    promptMaxLength: 5000,
    image: "none",
    durations: [{ seconds: 5, price: 600, costUsdMicros: 400_000 }],
    resolutions: [...smallSizes.map((size) => ({ ...size, percent: 50 })), ...hd],
  },
  {
    id: "wan-2.2-image",
    label: "Wan 2.2: picture to video",
    providerModel: "wan/2-2-a14b-image-to-video-turbo",
    promptMaxLength: 5000,
    image: "required",
    durations: [{ seconds: 5, price: 600, costUsdMicros: 400_000 }],
    resolutions: [...smallSizes.map((size) => ({ ...size, percent: 50 })), ...hd],
  },
  {
    id: "kling-2.1-standard",
    label: "Kling 2.1 Standard: picture to video",
    providerModel: "kling/v2-1-standard",
    usualSeconds: 240,
    promptMaxLength: 5000,
    image: "required",
    durations: [
      { seconds: 5, price: 200, costUsdMicros: 125_000 },
      { seconds: 10, price: 400, costUsdMicros: 250_000 },
    ],
    resolutions: hd,
  },
].map((model) => ({ ...model, provider: "kie", enabled: true }));

/** A2E charges coins by the five seconds; what a coin costs depends on the plan, here a dear one. The picture gives the shape. */
const a2e = [
  {
    id: "a2e-image",
    label: "A2E: picture to video",
    provider: "a2e",
    providerModel: "a2e-v2",
    usualSeconds: 600,
    enabled: true,
    promptMaxLength: 2000,
    image: "required",
    durations: [5, 10, 15, 20].map((seconds) => ({ seconds, price: seconds * 60, costUsdMicros: seconds * 40_000 })),
    resolutions: hd,
  },
];

/** Google charges by the second, with sound; the better size costs `fullHdPercent` of that. */
const google = [
  // KIE makes the same model for less, so that it may stand in; the other way round would cost more than it brings.
  {
    id: "veo-3.1-fast",
    label: "Veo 3.1 Fast",
    name: "fast-",
    price: 120,
    cost: 100_000,
    fullHdPercent: 120,
    standIns: ["veo-3-fast", "veo-3.1-fast-fal"],
  },
  {
    id: "veo-3.1-lite",
    label: "Veo 3.1 Lite",
    name: "lite-",
    price: 60,
    cost: 50_000,
    fullHdPercent: 160,
    standIns: [],
  },
  { id: "veo-3.1", label: "Veo 3.1", name: "", price: 470, cost: 400_000, fullHdPercent: 100, standIns: [] },
].map(({ id, label, name, price, cost, fullHdPercent, standIns }) => ({
  id,
  label,
  provider: "google",
  providerModel: `veo-3.1-${name}generate-001`,
  enabled: true,
  promptMaxLength: 4000,
  image: "optional",
  durations: [8, 6, 4].map((seconds) => ({ seconds, price: seconds * price, costUsdMicros: seconds * cost })),
  resolutions: [...hd, ...fullHd.map((size) => ({ ...size, percent: fullHdPercent }))],
  standIns,
}));

const gemini = [
  {
    id: "gemini-omni",
    label: "Gemini Omni",
    provider: "gemini",
    providerModel: "gemini-omni-1.1-flash",
    enabled: true,
    promptMaxLength: 4000,
    image: "optional",
    durations: [8, 6, 4].map((seconds) => ({ seconds, price: seconds * 160, costUsdMicros: seconds * 130_000 })),
    resolutions: hd,
  },
];

/** fal charges Veo 3.1 Fast with sound by the second. Replicate charges MiniMax's model by the video. */
const aiSdk = [
  {
    id: "veo-3.1-fast-fal",
    label: "Veo 3.1 Fast (fal)",
    provider: "fal",
    providerModel: "veo3.1/fast",
    enabled: true,
    usualSeconds: 90,
    promptMaxLength: 4000,
    image: "none",
    durations: [8, 6, 4].map((seconds) => ({ seconds, price: seconds * 180, costUsdMicros: seconds * 150_000 })),
    resolutions: hd,
  },
  {
    id: "minimax-video-01",
    label: "MiniMax Video-01",
    provider: "replicate",
    providerModel: "minimax/video-01",
    enabled: true,
    usualSeconds: 240,
    promptMaxLength: 2000,
    image: "none",
    durations: [{ seconds: 6, price: 600, costUsdMicros: 500_000 }],
    resolutions: [{ width: 1280, height: 720, aspectRatio: "16:9" }],
  },
];

const demo = [
  { id: "demo-text", label: "Demo: text to video", providerModel: "text", image: "none" },
  { id: "demo-image", label: "Demo: picture to video", providerModel: "image", image: "required" },
].map((model) => ({
  ...model,
  provider: "demo",
  enabled: true,
  usualSeconds: 5,
  promptMaxLength: 1000,
  durations: [4, 2, 6, 8].map((seconds) => ({ seconds, price: seconds * 250, costUsdMicros: 0 })),
  resolutions: [...smallSizes, { width: 640, height: 640, aspectRatio: "1:1" }],
}));

/** The first that is on offer is what people have until they choose another: a real one where there is one. */
export const defaultCatalogue: Catalogue = catalogueSchema.parse([
  ...kie,
  ...google,
  ...gemini,
  ...a2e,
  ...aiSdk,
  ...demo,
]);
