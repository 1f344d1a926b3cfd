import type { SKRSContext2D } from "@napi-rs/canvas";

import type { Palette } from "./palette.ts";
import type { Random } from "./random.ts";

export interface Stage {
  readonly width: number;
  readonly height: number;
  readonly palette: Palette;
  readonly random: Random;
}

export interface Moment {
  readonly seconds: number;
  /** Of the film, from 0 to 1. */
  readonly progress: number;
}

export interface Scene {
  /** Paints every pixel. */
  readonly paint: (context: SKRSContext2D, moment: Moment) => void;
  /** Where the caption's middle stands, as a share of the height: where the scene has room for it. */
  readonly captionAt: number;
}

export type MakeScene = (stage: Stage) => Scene;
