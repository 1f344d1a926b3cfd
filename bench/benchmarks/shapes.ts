import { type Benchmark, type Row } from "../harness/benchmark.ts";
import { median, round, spread } from "../harness/statistics.ts";
import type { Batch } from "../processes/app.ts";
import { concurrency, measureSending, sendRig, type Sent } from "./send-rig.ts";

const topic = "bench.bulk";
const firstChat = 100_000;
const groups = 20;
const oneChat = 42;

interface Shape {
  readonly what: string;
  readonly kind: Batch["kind"];
  readonly count: number;
  readonly chatOf: (index: number) => number;
}

/** The same sending with other contents and other crowds. In one chat and lane the next leaves when the last has come back. */
export const shapes: Benchmark = {
  name: "shapes",
  title: "Durable sending of other things, and to fewer chats",
  run: async (bench) => {
    const count = bench.size(5000, 1000);
    const few = bench.size(5000, 500);
    const each = (index: number): number => firstChat + index;
    const shapes: readonly Shape[] = [
      { what: "texts to as many chats", kind: "text", count, chatOf: each },
      { what: "photos by file_id", kind: "photo", count, chatOf: each },
      { what: "edits", kind: "edit", count, chatOf: each },
      { what: `texts to ${groups} groups`, kind: "text", count: few, chatOf: (index) => -1000 - (index % groups) },
      { what: "texts to 1 chat", kind: "text", count: few, chatOf: () => oneChat },
    ];
    const rounds = bench.size(2, 1);
    const rig = await sendRig(bench);
    const measured = new Map<Shape, Sent[]>(shapes.map((shape) => [shape, []]));
    for (let round = 0; round <= rounds; round += 1) {
      for (const [shape, results] of measured) {
        const chatIds = Array.from({ length: shape.count }, (_, index) => shape.chatOf(index));
        const batch = { kind: shape.kind, topic, chatIds };
        const queue = async (): ReturnType<typeof rig.app.process.call<"queueEach">> =>
          await rig.app.process.call("queueEach", batch);
        const result = await measureSending(bench, rig, shape.count, queue);
        if (round > 0) results.push(result);
      }
    }
    return { rows: [...measured].map(([shape, results]) => describe(shape, results)) };
  },
};

function describe({ what, count }: Shape, results: readonly Sent[]): Row {
  return {
    [`each with a content of its own, ${concurrency} at once`]: what,
    messages: count,
    "messages/s": spread(
      results.map(({ perSecond }) => perSecond),
      0,
    ),
    "queueing one, ms": round(median(results.map(({ queuedMs }) => queuedMs / count)), 2),
  };
}
