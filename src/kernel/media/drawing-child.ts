import { constants, setPriority } from "node:os";

import { createCanvas, GlobalFonts } from "@napi-rs/canvas";

import { toError } from "../lib/errors.ts";
import type { Draw, FromChild, ToChild } from "./drawing-task.ts";
import { assertGlyphs, fontFamily, isDrawable, registerFonts } from "./fonts.ts";

/** What a drawing process runs: see `drawing-process.ts`. */

// Drawing takes a whole core for seconds; messages that are due must not wait for it.
setPriority(constants.priority.PRIORITY_BELOW_NORMAL);
const fontsReady = Promise.try(() => {
  registerFonts(GlobalFonts);
  assertGlyphs(createCanvas);
});
// The failure is told to each task that awaits it.
fontsReady.catch(() => undefined);

process.on("message", (message: ToChild) => {
  void answer(message);
});
process.on("disconnect", () => {
  // The program is gone, perhaps by a crash: nobody waits for the drawing.
  process.exit(0);
});

async function answer({ id, module, input }: ToChild): Promise<void> {
  try {
    await fontsReady;
    const { draw } = (await import(module)) as { readonly draw: Draw<unknown, unknown> };
    const output = await draw(input, {
      report: (progress) => {
        send({ id, type: "progress", progress });
      },
      fontFamily,
      isDrawable: (grapheme) => isDrawable(createCanvas, grapheme),
    });
    send({ id, type: "done", output });
  } catch (error) {
    send({ id, type: "failed", message: toError(error).message });
  }
}

function send(message: FromChild): void {
  process.send?.(message);
}
