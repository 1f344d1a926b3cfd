import assert from "node:assert/strict";
import { spawn } from "node:child_process";
import { once } from "node:events";
import { after, test } from "node:test";

import { until } from "#test/support/until.ts";

import { systemClock } from "../lib/clock.ts";
import { manualClock } from "../lib/manual-clock.ts";
import { createDrawingProcess } from "./drawing-process.ts";
import type { DrawingTask } from "./drawing-task.ts";
import type { Trick } from "./testing/drawing-tasks.ts";

const task: DrawingTask<Trick, unknown> = { module: new URL("./testing/drawing-tasks.ts", import.meta.url) };
const drawing = createDrawingProcess({ clock: systemClock });
after(drawing.close);

function isAlive(pid: number): boolean {
  try {
    return process.kill(pid, 0);
  } catch {
    return false;
  }
}

test("there is no process before the first task", () => {
  const unused = createDrawingProcess({ clock: systemClock });
  assert.equal(unused.pid(), undefined);
});

test("input and output cross the border as plain data and bytes", async () => {
  const value = { text: "뷁 🐈", bytes: new Uint8Array([1, 2, 3]), big: 12n, when: new Date(5) };
  assert.deepEqual(await drawing.run(task, { do: "answer", value }), value);
});

test("progress is reported while the task draws", async () => {
  const seen: number[] = [];
  await drawing.run(task, { do: "report" }, { onProgress: (progress) => seen.push(progress) });
  assert.deepEqual(seen, [0.25, 0.5]);
});

test("tasks are drawn one at a time, in the order asked, by one process", async () => {
  const log: string[] = [];
  const ask = async (name: string): Promise<void> => {
    await drawing.run(task, { do: "report" }, { onStart: () => log.push(`${name} starts`) });
    log.push(`${name} ends`);
  };
  await Promise.all([ask("a"), ask("b"), ask("c")]);
  assert.deepEqual(log, ["a starts", "a ends", "b starts", "b ends", "c starts", "c ends"]);
});

test("what is urgent waits for the one that is being drawn, and for no other", async () => {
  const log: string[] = [];
  const ask = async (name: string, urgent: boolean): Promise<void> => {
    await drawing.run(task, { do: "report" }, { urgent, onStart: () => log.push(name) });
  };
  await Promise.all([ask("film 1", false), ask("film 2", false), ask("look 1", true), ask("look 2", true)]);
  assert.deepEqual(log, ["film 1", "look 1", "look 2", "film 2"]);
});

test("who stops waiting leaves no gap in the line", async () => {
  const stop = new AbortController();
  const log: string[] = [];
  const ask = async (name: string, signal?: AbortSignal): Promise<void> => {
    await drawing.run(task, { do: "report" }, { signal, onStart: () => log.push(name) });
  };
  const all = [ask("a"), ask("b", stop.signal), ask("c")];
  stop.abort(new Error("enough"));
  const outcomes = await Promise.allSettled(all);
  assert.deepEqual(
    outcomes.map(({ status }) => status),
    ["fulfilled", "rejected", "fulfilled"],
  );
  assert.deepEqual(log, ["a", "c"]);
});

test("what a task throws reaches the caller, and the process draws on", async () => {
  await drawing.run(task, { do: "answer", value: 1 });
  const pid = drawing.pid();
  await assert.rejects(drawing.run(task, { do: "throw" }), /the brush broke/);
  assert.equal(await drawing.run(task, { do: "answer", value: 2 }), 2);
  assert.equal(drawing.pid(), pid);
});

test("input that cannot cross is refused, and the process draws on", async () => {
  await assert.rejects(drawing.run(task, { do: "answer", value: () => 1 }), /could not be cloned/);
  assert.equal(await drawing.run(task, { do: "answer", value: 1 }), 1);
});

test("after a crash in native code the caller is told and the next task gets a new process", async () => {
  await assert.rejects(drawing.run(task, { do: "crash" }), /ended with SIGSEGV/);
  assert.equal(await drawing.run(task, { do: "answer", value: 3 }), 3);
});

test("aborting a drawing ends its process at once, and tasks behind it are drawn", async () => {
  const controller = new AbortController();
  const started = Promise.withResolvers<undefined>();
  const hanging = drawing.run(
    task,
    { do: "hang" },
    {
      signal: controller.signal,
      onProgress: () => {
        started.resolve(undefined);
      },
    },
  );
  const behind = drawing.run(task, { do: "answer", value: 4 });
  await started.promise;
  const pid = drawing.pid();
  assert.ok(pid !== undefined);
  controller.abort(new Error("no longer wanted"));
  await assert.rejects(hanging, /no longer wanted/);
  assert.equal(await behind, 4);
  await until("the process to be gone", () => !isAlive(pid));
});

test("aborting a waiting task leaves the one that is drawn alone", async () => {
  const controller = new AbortController();
  const first = drawing.run(task, { do: "report" });
  const second = drawing.run(task, { do: "answer", value: 5 }, { signal: controller.signal });
  controller.abort(new Error("changed my mind"));
  await assert.rejects(second, /changed my mind/);
  assert.equal(await first, "reported");
  await assert.rejects(drawing.run(task, { do: "report" }, { signal: controller.signal }), /changed my mind/);
});

test("a task that never ends is given up", async () => {
  const clock = manualClock(new Date());
  const strict = createDrawingProcess({ clock, timeoutMs: 1000 });
  const hanging = strict.run(task, { do: "hang" });
  const refused = assert.rejects(hanging, /not finished after 1000 ms/);
  await clock.advance(1000);
  await refused;
  await strict.close();
});

test("an idle process ends, and the next task starts another", async () => {
  const clock = manualClock(new Date());
  const brief = createDrawingProcess({ clock, idleMs: 1000 });
  await brief.run(task, { do: "answer", value: 1 });
  const first = brief.pid();
  assert.ok(first !== undefined && isAlive(first));
  await clock.advance(999);
  assert.equal(brief.pid(), first);
  await clock.advance(1);
  assert.equal(brief.pid(), undefined);
  await until("the process to be gone", () => !isAlive(first));
  assert.equal(await brief.run(task, { do: "answer", value: 2 }), 2);
  assert.notEqual(brief.pid(), first);
  await brief.close();
  assert.equal(clock.pendingTimers(), 0);
});

test("closing rejects what is drawn, what waits and what comes later", async () => {
  const closed = createDrawingProcess({ clock: systemClock });
  const started = Promise.withResolvers<undefined>();
  const hanging = closed.run(
    task,
    { do: "hang" },
    {
      onProgress: () => {
        started.resolve(undefined);
      },
    },
  );
  const waiting = closed.run(task, { do: "answer", value: 1 });
  await started.promise;
  const refused = [assert.rejects(hanging, /was closed/), assert.rejects(waiting, /was closed/)];
  await closed.close();
  await Promise.all(refused);
  await assert.rejects(closed.run(task, { do: "answer", value: 1 }), /was closed/);
});

test("a drawing process sees nothing of the environment", async () => {
  assert.deepEqual(await drawing.run(task, { do: "tell environment" }), []);
});

test("when the program is killed its drawing process ends too", async () => {
  const program = spawn(process.execPath, [new URL("./testing/orphan.ts", import.meta.url).pathname], {
    stdio: ["ignore", "pipe", "inherit"],
  });
  const [line] = (await once(program.stdout, "data")) as [Buffer];
  const pid = Number(line.toString());
  assert.ok(isAlive(pid));
  program.kill("SIGKILL");
  await once(program, "exit");
  await until("the orphan to be gone", () => !isAlive(pid));
});
