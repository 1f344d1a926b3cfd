import { systemClock } from "../../lib/clock.ts";
import { createDrawingProcess } from "../drawing-process.ts";

/** A program that draws until it is killed; prints the id of its drawing process. */
const drawing = createDrawingProcess({ clock: systemClock });
const task = { module: new URL("./drawing-tasks.ts", import.meta.url) };
await drawing.run(
  task,
  { do: "hang" },
  {
    onProgress: () => {
      process.stdout.write(`${String(drawing.pid())}\n`);
    },
  },
);
