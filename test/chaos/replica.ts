import { readFileSync } from "node:fs";

import { systemClock } from "#kernel/lib/clock.ts";

import { serve } from "../../src/serve.ts";

/**
 * The program as `npm start` runs it, but with a wall clock that can be stepped: SIGUSR2 makes it read by how many
 * milliseconds it is off from the file that `CHAOS_CLOCK` names.
 */
const { CHAOS_CLOCK: file = "", ...environment } = process.env;
let offsetMs = 0;
process.on("SIGUSR2", () => {
  offsetMs = Number(readFileSync(file, "utf8"));
});

await serve(environment, { ...systemClock, now: () => new Date(Date.now() + offsetMs) });
