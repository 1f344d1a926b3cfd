import { systemClock } from "#kernel/lib/clock.ts";
import { createDrawingProcess } from "#kernel/media/index.ts";
import { drawFilm } from "#providers/video/demo/film/film.ts";
import { deliverByHttp } from "#test/support/providers/fake-service.ts";
import { type KieServer, kieServer, type KieTask } from "#test/support/providers/kie-server.ts";

import { serve } from "../harness/rpc.ts";

/** The tests' stand-in for KIE.ai, in a process of its own: real HTTP, real callbacks, a real film. */

export interface KieStart {
  /** How long each video takes there. */
  readonly renderMs: number;
  /** A film is a minute's work for some machines: it is drawn once, so short. */
  readonly filmSeconds: number;
  readonly startsPer10Seconds: number;
}

/** What the server itself has counted. */
export interface KieCount {
  readonly tasks: number;
  /** The most that were being made at once. */
  readonly busiest: number;
  /** Create calls that came too fast. */
  readonly refused: number;
}

let running: { readonly server: KieServer; readonly renderMs: number } | undefined;
const ends: (() => void)[] = [];

const methods = {
  listen: async ({ renderMs, filmSeconds, startsPer10Seconds }: KieStart): Promise<string> => {
    const drawing = createDrawingProcess({ clock: systemClock });
    const size = { width: 480, height: 848 };
    const drawn = await drawing.run(drawFilm, { prompt: "a boat", seed: "1", ...size, seconds: filmSeconds });
    await drawing.close();
    if (!drawn.ok) throw new Error("the film could not be drawn");
    const server = await kieServer({
      clock: systemClock,
      film: drawn.mp4,
      startsPer10Seconds,
      // The program may have ended before its last callback.
      deliver: async (...callback) => await deliverByHttp(...callback).catch(() => 0),
      atEnd: (task) => {
        ends.push(task);
      },
    });
    server.plan = { renderMs };
    server.credits = 1_000_000;
    running = { server, renderMs };
    return server.url;
  },
  counts: (): KieCount => {
    if (running === undefined) throw new Error("the server is not started");
    const { server, renderMs } = running;
    return { tasks: server.tasks.length, busiest: mostAtOnce(server.tasks, renderMs), refused: server.refused };
  },
};

function mostAtOnce(tasks: readonly KieTask[], renderMs: number): number {
  const begins = tasks.map(({ madeAtMs }) => madeAtMs).toSorted((a, b) => a - b);
  let [most, first] = [0, 0];
  for (const [index, begin] of begins.entries()) {
    while ((begins[first] ?? begin) + renderMs <= begin) first += 1;
    most = Math.max(most, index - first + 1);
  }
  return most;
}

export type KieMethods = typeof methods;

serve(methods, async () => {
  for (const end of ends) end();
  await Promise.resolve();
});
