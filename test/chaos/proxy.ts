import { once } from "node:events";
import { type AddressInfo, connect, createServer, type Server, type Socket } from "node:net";

import { sleep } from "../../bench/harness/machine-clock.ts";

/** Stands on a line between two processes, and can be what networks are. */
export interface Proxy {
  readonly port: number;
  /** Resets every connection that is open. */
  readonly cut: () => void;
  /** What is open now hears nothing any more and is not told so; with `new`, what is opened later neither, until `heal`. */
  readonly swallow: (also: "open" | "new") => void;
  /** Each piece arrives so much later, in order. */
  readonly delay: (ms: number) => void;
  /** Nobody listens: connections are refused. */
  readonly refuse: () => Promise<void>;
  /** Back to normal; what was swallowed stays lost, and its connections deaf. */
  readonly heal: () => Promise<void>;
  readonly close: () => Promise<void>;
}

interface Line {
  readonly ends: readonly [Socket, Socket];
  isDeaf: boolean;
}

export async function openProxy(targetPort: () => number): Promise<Proxy> {
  const lines = new Set<Line>();
  let delayMs = 0;
  let swallowsNew = false;
  let server: Server | undefined;
  let port = 0;

  const join = (near: Socket): void => {
    const far = connect({ port: targetPort(), host: "127.0.0.1", noDelay: true });
    const line: Line = { ends: [near, far], isDeaf: swallowsNew };
    lines.add(line);
    for (const [from, to] of [
      [near, far],
      [far, near],
    ] as const) {
      const later = queueOf(() => delayMs);
      from.on("data", (data) => {
        later(() => {
          if (!line.isDeaf && to.writable) to.write(data);
        });
      });
      // Half-closed lines are not kept: no protocol here has a use for them.
      from.on("close", () => {
        later(() => {
          lines.delete(line);
          if (!line.isDeaf) to.destroy();
        });
      });
      from.on("error", () => undefined);
    }
  };

  const listen = async (): Promise<void> => {
    const opened = createServer({ noDelay: true }, join);
    opened.listen(port, "127.0.0.1");
    await once(opened, "listening");
    server = opened;
    port = (opened.address() as AddressInfo).port;
  };
  const cut = (): void => {
    for (const { ends } of lines) for (const end of ends) end.resetAndDestroy();
    lines.clear();
  };
  const refuse = async (): Promise<void> => {
    const closing = server;
    server = undefined;
    closing?.close();
    cut();
    if (closing !== undefined) await once(closing, "close");
  };

  await listen();
  return {
    port,
    cut,
    swallow: (also) => {
      for (const line of lines) line.isDeaf = true;
      swallowsNew = also === "new";
    },
    delay: (ms) => {
      delayMs = ms;
    },
    refuse,
    heal: async () => {
      delayMs = 0;
      swallowsNew = false;
      if (server === undefined) await listen();
    },
    close: refuse,
  };
}

/** Runs tasks in order, each at least so much later than it came. */
function queueOf(delayMs: () => number): (task: () => void) => void {
  let waiting = Promise.resolve();
  let count = 0;
  const runAfter = async (before: Promise<void>, waitMs: number, task: () => void): Promise<void> => {
    await Promise.all([sleep(waitMs), before]);
    count -= 1;
    task();
  };
  return (task) => {
    const waitMs = delayMs();
    if (waitMs === 0 && count === 0) {
      task();
      return;
    }
    count += 1;
    waiting = runAfter(waiting, waitMs, task);
  };
}
