import type { ApiError, ApiMethods, ApiResponse, Message, Opts, Update } from "@grammyjs/types";

import { systemClock } from "#kernel/lib/clock.ts";
import { systemIds } from "#kernel/lib/ids.ts";

import { startSandbox } from "./server.ts";
import type { Sandbox, SandboxOptions } from "./server.ts";

/** The smallest possible bot, for the sandbox's own tests: it speaks HTTP as every bot does. */
export interface TestBot {
  /** The whole answer, whatever it is. Any method and parameters, also wrong ones. */
  readonly call: (method: string, params?: object) => Promise<ApiResponse<unknown>>;
  /** The result; throws the description when the call fails. */
  readonly do: <M extends Method>(method: M, params?: Opts<Blob>[M]) => Promise<Result<M>>;
  /** The error; throws when the call succeeds. */
  readonly fail: (method: string, params?: object) => Promise<ApiError>;
  /** A form with files. */
  readonly upload: (method: string, params: Readonly<Record<string, string | Blob>>) => Promise<Message>;
  /** All updates that wait, confirmed at once. */
  readonly updates: () => Promise<readonly Update[]>;
}

type Method = keyof ApiMethods<Blob>;
type Result<M extends Method> = ReturnType<ApiMethods<Blob>[M]>;

interface Testing {
  readonly after: (task: () => Promise<void>) => void;
}

/** A sandbox that ends with the test, without limits unless the test is about them. */
export async function testSandbox(test: Testing, options: Partial<SandboxOptions> = {}): Promise<Sandbox> {
  const sandbox = await startSandbox({
    clock: systemClock,
    ids: systemIds,
    port: 0,
    host: "127.0.0.1",
    limits: "off",
    ...options,
  });
  test.after(async () => {
    await sandbox.close();
  });
  return sandbox;
}

export function testBot(sandbox: Sandbox): TestBot {
  const send = async (method: string, init: RequestInit): Promise<ApiResponse<unknown>> => {
    const response = await fetch(`${sandbox.url}/bot${sandbox.botToken}/${method}`, { method: "POST", ...init });
    return (await response.json()) as ApiResponse<unknown>;
  };
  const call: TestBot["call"] = async (method, params = {}) =>
    await send(method, { body: JSON.stringify(params), headers: { "content-type": "application/json" } });
  let offset = 0;

  const bot: TestBot = {
    call,
    do: async <M extends Method>(method: M, params?: Opts<Blob>[M]) =>
      resultOf(await call(method, params)) as Result<M>,
    fail: async (method, params) => {
      const answer = await call(method, params);
      if (answer.ok) throw new Error(`${method} succeeded`);
      return answer;
    },
    upload: async (method, params) => {
      const form = new FormData();
      for (const [name, value] of Object.entries(params)) form.set(name, value);
      return resultOf(await send(method, { body: form })) as Message;
    },
    updates: async () => {
      const updates = await bot.do("getUpdates", { offset });
      offset = (updates.at(-1)?.update_id ?? offset - 1) + 1;
      await bot.do("getUpdates", { offset, limit: 1 });
      return updates;
    },
  };
  return bot;
}

function resultOf(answer: ApiResponse<unknown>): unknown {
  if (!answer.ok) throw new Error(answer.description);
  return answer.result;
}

/** Calls the people API. @returns status and body. */
export async function people(
  sandbox: Sandbox,
  path: string,
  init: {
    readonly method?: string;
    readonly json?: unknown;
    readonly body?: Uint8Array<ArrayBuffer>;
    readonly type?: string;
  } = {},
): Promise<{ readonly status: number; readonly body: Record<string, unknown> }> {
  const { method = "POST", json, body, type } = init;
  const response = await fetch(`${sandbox.url}/sandbox/api/${path}`, {
    method,
    ...(method === "GET" ? {} : { body: body ?? JSON.stringify(json ?? {}) }),
    ...(type === undefined ? {} : { headers: { "content-type": type } }),
  });
  return { status: response.status, body: (await response.json()) as Record<string, unknown> };
}

/** A PNG of one pixel. */
export const pixel = Buffer.from(
  "iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg==",
  "base64",
);

const patienceMs = 5000;

/** Resolves as soon as the condition holds. @throws after five seconds, so that a broken test ends. */
export async function until(condition: () => boolean): Promise<void> {
  const deadline = performance.now() + patienceMs;
  while (!condition()) {
    if (performance.now() > deadline) throw new Error(`waited in vain for ${condition.toString()}`);
    await new Promise(setImmediate);
  }
}
