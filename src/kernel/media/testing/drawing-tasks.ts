import { setImmediate } from "node:timers/promises";

import type { Draw } from "../drawing-task.ts";

/** What a drawing process is asked to do in its tests. */
export type Trick =
  | { readonly do: "answer"; readonly value: unknown }
  | { readonly do: "report" }
  | { readonly do: "throw" }
  | { readonly do: "crash" }
  | { readonly do: "hang" }
  | { readonly do: "tell environment" };

export const draw: Draw<Trick, unknown> = async (trick, { report }) => {
  if (trick.do === "answer") return trick.value;
  if (trick.do === "throw") throw new Error("the brush broke");
  // oxlint-disable-next-line node/no-process-env -- what a drawing process finds there is the question
  if (trick.do === "tell environment") return Object.keys(process.env);
  if (trick.do === "report") {
    for (const progress of [0.25, 0.5]) {
      report(progress);
      await setImmediate();
    }
    return "reported";
  }
  if (trick.do === "crash") process.kill(process.pid, "SIGSEGV");
  report(0.1);
  // Keeps the process alive, as a loop of drawing would.
  setInterval(() => undefined, 60_000);
  return await new Promise(() => undefined);
};
