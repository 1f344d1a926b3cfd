import { type PaletteName, palettes, type Palette } from "./palette.ts";
import type { Random } from "./random.ts";
import { aurora } from "./scene-aurora.ts";
import { bloom } from "./scene-bloom.ts";
import { city } from "./scene-city.ts";
import { hills } from "./scene-hills.ts";
import { sea } from "./scene-sea.ts";
import { space } from "./scene-space.ts";
import type { MakeScene } from "./scene.ts";

/** Words that choose the scene, so that a film has something to do with its prompt; in any other case the seed chooses. */
const sceneWords: readonly (readonly [MakeScene, RegExp])[] = [
  [
    sea,
    /\b(?:sea|ocean|beach|waves?|surf\w*|sail\w*|ship|boat|whales?|dolphins?|island|lake|coast)\b|바다|해변|파도|고래|돌고래|호수|항구|🌊|⛵|🐳|🐬|🏖|🏝/iu,
  ],
  [
    space,
    /\b(?:space\w*|galax\w+|planets?|astronauts?|rockets?|universe|cosmos|cosmic|stars?|alien)\b|우주|행성|로켓|은하|별빛|🚀|🪐|🌌|👽|🛸/iu,
  ],
  [
    aurora,
    /\b(?:aurora|northern lights|snow\w*|winter|ice|arctic|penguins?|magic\w*|dream\w*)\b|오로라|겨울|설원|눈꽃|마법|꿈|❄|☃|⛄|🐧/iu,
  ],
  [
    city,
    /\b(?:city|cities|streets?|neon|cyberpunk|robots?|cars?|skyline|seoul|tokyo|night ?life)\b|도시|거리|네온|로봇|서울|자동차|야경|🏙|🌃|🤖|🚗/iu,
  ],
  [
    hills,
    /\b(?:mountains?|forests?|hills?|desert|fields?|valley|trees?|horses?|foxe?s?|hik\w+)\b|산맥|숲|사막|들판|언덕|나무|여우|⛰|🏔|🌲|🌄|🦊/iu,
  ],
  [
    bloom,
    /\b(?:flowers?|love|music|danc\w+|butterfl\w+|abstract|birthday|party)\b|꽃|사랑|음악|나비|생일|파티|🌸|🌷|💐|🦋|🎵|🎂|❤/iu,
  ],
];

const paletteWords: readonly (readonly [readonly [PaletteName, ...PaletteName[]], RegExp])[] = [
  [["dusk", "ember"], /\b(?:sunset|dusk|evening|fire|autumn)\b|노을|석양|저녁|가을|불꽃|🌇|🌅|🔥|🍁/iu],
  [["neon", "violet"], /\b(?:neon|cyberpunk|disco|robots?)\b|네온|로봇|🤖/iu],
  [["night", "violet"], /\b(?:night|midnight|dark|moon\w*)\b|밤|심야|어둠|달빛|🌙|🌃/iu],
  [["winter", "night"], /\b(?:snow\w*|winter|ice|arctic|frozen)\b|겨울|설원|얼음|❄|☃|⛄/iu],
  [["dawn"], /\b(?:sunrise|dawn|morning)\b|일출|새벽|아침|🌄/iu],
  [["meadow", "day"], /\b(?:spring|meadow|green|summer|sunny|day)\b|봄|초원|여름|낮|☀|🌞|🌻/iu],
];

const fitting = new Map<MakeScene, readonly [PaletteName, ...PaletteName[]]>([
  [sea, ["dawn", "day", "dusk", "teal", "ember"]],
  [space, ["night", "violet", "neon", "ember", "teal"]],
  [aurora, ["night", "violet", "teal", "winter"]],
  [city, ["dusk", "neon", "violet", "night"]],
  [hills, ["dawn", "day", "meadow", "dusk", "ember", "winter"]],
  [bloom, ["dawn", "dusk", "violet", "neon", "teal", "meadow"]],
]);

export interface Mood {
  readonly makeScene: MakeScene;
  readonly palette: Palette;
}

/** What a prompt's film looks like. */
export function moodOf(prompt: string, random: Random): Mood {
  const scenes = [...fitting.keys()] as [MakeScene, ...MakeScene[]];
  const makeScene = sceneWords.find(([, words]) => words.test(prompt))?.[0] ?? random.pick(scenes);
  const names = paletteWords.find(([, words]) => words.test(prompt))?.[0] ?? fitting.get(makeScene) ?? ["dusk"];
  return { makeScene, palette: palettes[random.pick(names)] };
}
