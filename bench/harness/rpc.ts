import { type ChildProcess, fork } from "node:child_process";
import { once } from "node:events";
import { resourceUsage } from "node:process";

/** What a process of the benchmarks can be asked: functions by name, their values structured-cloneable. */
export type Methods = Readonly<Record<string, (...args: never[]) => unknown>>;

/** A process of its own, asked over its channel. */
export interface Remote<M extends Methods> {
  readonly pid: number;
  readonly call: <K extends keyof M & string>(
    method: K,
    ...args: Parameters<M[K]>
  ) => Promise<Awaited<ReturnType<M[K]>>>;
  /** Processor time the process has taken so far, in milliseconds. */
  readonly processorMs: () => Promise<number>;
  /** Asks the process to end, and kills it when it does not. */
  readonly stop: () => Promise<void>;
}

interface Request {
  readonly id: number;
  readonly method: string;
  readonly args: readonly unknown[];
}

interface Answer {
  readonly id: number;
  readonly result?: unknown;
  readonly error?: string;
}

const stopWithinMs = 20_000;

/** Starts `file` with arguments for Node, such as `--cpu-prof`. What it prints appears here. */
export async function startProcess<M extends Methods>(
  file: URL,
  nodeArguments: readonly string[] = [],
): Promise<Remote<M>> {
  const child = fork(file, { serialization: "advanced", execArgv: [...nodeArguments] });
  const open = new Map<number, { resolve: (value: unknown) => void; reject: (error: Error) => void }>();
  let lastId = 0;
  child.on("message", ({ id, result, error }: Answer) => {
    const waiting = open.get(id);
    open.delete(id);
    if (error === undefined) waiting?.resolve(result);
    else waiting?.reject(new Error(error));
  });
  child.once("exit", (code, signal) => {
    for (const { reject } of open.values()) reject(new Error(`${file.pathname} ended: ${code ?? signal}`));
    open.clear();
  });
  await once(child, "spawn");
  const call = async (method: string, args: readonly unknown[]): Promise<unknown> =>
    await new Promise((resolve, reject) => {
      if (!child.connected) {
        reject(new Error(`${file.pathname} has ended`));
        return;
      }
      lastId += 1;
      open.set(lastId, { resolve, reject });
      child.send({ id: lastId, method, args } satisfies Request);
    });
  return {
    pid: child.pid ?? 0,
    call: async (method, ...args) => (await call(method, args)) as never,
    processorMs: async () => (await call(usageMethod, [])) as number,
    stop: async () => {
      await endOf(child);
    },
  };
}

async function endOf(child: ChildProcess): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null) return;
  const exit = once(child, "exit");
  child.disconnect();
  const timer = setTimeout(() => child.kill("SIGKILL"), stopWithinMs);
  await exit;
  clearTimeout(timer);
}

const usageMethod = "processorMs";

/** In the started process: answers calls until the other end goes, then runs `end` and exits. */
export function serve(methods: Methods, end: () => Promise<void> = async () => {}): void {
  process.on("message", ({ id, method, args }: Request) => {
    void answer(methods, method, args).then((answered) => process.send?.({ id, ...answered }));
  });
  // Ctrl-C goes to the whole group: whoever started this process ends it in order.
  process.on("SIGINT", () => undefined);
  process.once("disconnect", () => {
    void end().finally(() => process.exit());
  });
}

async function answer(methods: Methods, method: string, args: readonly unknown[]): Promise<Omit<Answer, "id">> {
  try {
    if (method === usageMethod) {
      const { userCPUTime, systemCPUTime } = resourceUsage();
      return { result: (userCPUTime + systemCPUTime) / 1000 };
    }
    const run = methods[method];
    if (run === undefined) return { error: `there is no ${method}` };
    return { result: await run(...(args as never[])) };
  } catch (error) {
    return { error: error instanceof Error ? (error.stack ?? error.message) : String(error) };
  }
}
