import { once } from "node:events";
import { Agent, createServer, type IncomingMessage, request as forward, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import { buffer } from "node:stream/consumers";

/** A Bot API call on its way from the program to Telegram. */
export interface GatedCall {
  readonly method: string;
  /** As it was sent: JSON, or a form with files. */
  readonly body: string;
}

/**
 * - `arrived`: Telegram has read nothing of it yet, and never does.
 * - `done`: Telegram has done it, and its answer is lost.
 * - `answered`: the answer has been handed to the network.
 */
export type Moment = "arrived" | "done" | "answered";

/** Stands between the program and Telegram, and can stop the world at a chosen moment of a chosen call. */
export interface TelegramGate {
  readonly url: string;
  /** At the moment of the next call that fits, `act` is run (to its first await, before another byte moves), once. */
  readonly stopAt: (moment: Moment, fits: (call: GatedCall) => boolean, act: () => Promise<unknown>) => Promise<void>;
  readonly close: () => Promise<void>;
}

interface Trap {
  readonly moment: Moment;
  readonly fits: (call: GatedCall) => boolean;
  readonly spring: () => void;
}

export async function openTelegramGate(telegram: string): Promise<TelegramGate> {
  const traps = new Set<Trap>();
  const agent = new Agent({ keepAlive: true });

  const spring = (moment: Moment, call: GatedCall): boolean => {
    const trap = [...traps].find((each) => each.moment === moment && each.fits(call));
    if (trap === undefined) return false;
    traps.delete(trap);
    trap.spring();
    return true;
  };

  const pass = async (request: IncomingMessage, response: ServerResponse): Promise<void> => {
    const body = await buffer(request);
    const method = request.url?.split("/").at(-1)?.split("?")[0] ?? "";
    const call = { method, body: body.toString("latin1") };
    if (spring("arrived", call)) {
      request.socket.destroy();
      return;
    }
    const answer = await ask(telegram, agent, { request, response, body });
    if (answer === undefined || spring("done", call)) {
      request.socket.destroy();
      return;
    }
    response.writeHead(answer.status, { "content-type": answer.type, "content-length": answer.body.length });
    response.end(answer.body, () => spring("answered", call));
  };

  const server = createServer({ keepAliveTimeout: 600_000 }, (request, response) => {
    pass(request, response).catch(() => {
      request.socket.destroy();
    });
  });
  server.listen(0, "127.0.0.1");
  await new Promise((resolve) => {
    server.once("listening", resolve);
  });
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    stopAt: async (moment, fits, act) => {
      const { promise, resolve } = Promise.withResolvers<Promise<unknown>>();
      traps.add({
        moment,
        fits,
        spring: () => {
          resolve(act());
        },
      });
      await promise;
    },
    close: async () => {
      agent.destroy();
      server.closeAllConnections();
      await new Promise((resolve) => {
        server.close(resolve);
      });
    },
  };
}

interface Answer {
  readonly status: number;
  readonly type: string;
  readonly body: Buffer;
}

/** Undefined when either side hung up. */
async function ask(
  telegram: string,
  agent: Agent,
  of: { readonly request: IncomingMessage; readonly response: ServerResponse; readonly body: Buffer },
): Promise<Answer | undefined> {
  const { request, response, body } = of;
  const { "content-type": type = "application/json" } = request.headers;
  const call = forward(`${telegram}${request.url ?? "/"}`, {
    agent,
    method: request.method ?? "POST",
    headers: { "content-type": type, "content-length": body.length },
  });
  // A long poll of a process that is gone must not take the updates that the next one waits for.
  response.on("close", () => {
    if (!response.writableFinished) call.destroy();
  });
  // Whoever waits for the answer sees it.
  call.on("error", () => undefined);
  call.end(body);
  try {
    const [answer] = (await once(call, "response")) as [IncomingMessage];
    const status = answer.statusCode ?? 500;
    return { status, type: answer.headers["content-type"] ?? "application/json", body: await buffer(answer) };
  } catch {
    // What is missing is seen by whoever waits for the answer.
    return undefined;
  }
}
