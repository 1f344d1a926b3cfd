import { sql } from "kysely";

import type { Db } from "#kernel/db/index.ts";
import type { Kernel } from "#kernel/feature.ts";

import { estimateProgress, type MakingTime, roughMinutes, secondsInLine, secondsLeft } from "./estimate.ts";
import type { VideoJob } from "./job.ts";
import { workingModel } from "./offers.ts";
import { limitSettings, modelSettings } from "./settings.ts";

/**
 * What can be said of a job's time, by how long others like it took of late. Inside a transaction it is to be asked by
 * that: with another connection, transactions that hold all of them would wait for one more.
 */
export interface Forecast {
  /** Minutes until it arrives, 0 for less than one; undefined when it takes longer than expected, or has ended. */
  readonly minutes: (db: Db, job: VideoJob, position: number) => Promise<number | undefined>;
  /** How far it is, in per cent, when its provider does not say. */
  readonly progress: (db: Db, job: VideoJob) => Promise<number>;
}

/** Each replica reads anew so often; that is how old a forecast may be. */
const freshMs = 30_000;
const mostJobs = 2000;
/** With fewer the next wider group speaks: the same length and size, the same model, the catalogue. */
const fewestJobs = 5;

interface Row {
  readonly model: string | null;
  readonly duration_seconds: number | null;
  readonly width: number | null;
  readonly height: number | null;
  readonly usual: number;
  readonly long: number;
}

type Times = ReadonlyMap<string, MakingTime>;

export function makeForecast({ clock, settings }: Pick<Kernel, "clock" | "settings">): Forecast {
  let known: { readonly atMs: number; readonly times: Times } | undefined;
  const readTimes = async (db: Db): Promise<Times> => {
    const nowMs = clock.monotonicMs();
    if (known === undefined || nowMs - known.atMs >= freshMs) known = { atMs: nowMs, times: await measure(db) };
    return known.times;
  };

  const makingTime = async (times: Times, job: VideoJob): Promise<MakingTime> => {
    const model = job.standIn ?? job.model;
    const { models } = await settings.read(modelSettings);
    const assumed = workingModel(models, job)?.usualSeconds ?? 120;
    return (
      times.get(keyOf(model, job.durationSeconds, job.width, job.height)) ??
      times.get(keyOf(model)) ?? { usual: assumed, long: 2 * assumed }
    );
  };
  const elapsed = ({ submittedAt }: VideoJob): number =>
    submittedAt === undefined ? 0 : (clock.now().getTime() - submittedAt.getTime()) / 1000;

  return {
    minutes: async (db, job, position) => {
      const times = await readTimes(db);
      const time = await makingTime(times, job);
      if (job.state !== "ordered") {
        const left = secondsLeft(elapsed(job), time);
        return left === undefined ? undefined : roughMinutes(left);
      }
      const { overall: places } = await settings.read(limitSettings);
      const { usual } = times.get(keyOf()) ?? time;
      return roughMinutes(secondsInLine(position, { places, usual }) + time.usual);
    },
    progress: async (db, job) => estimateProgress(elapsed(job), await makingTime(await readTimes(db), job)),
  };
}

/** By model, length and size; by model; and of all. Reads the newest by their index, whatever there is before them. */
async function measure(db: Db): Promise<Times> {
  const { rows } = await sql<Row>`
    with recent as (
      select coalesce(stand_in, model) as model, duration_seconds, width, height,
        extract(epoch from finished_at - submitted_at)::float8 as seconds
      from studio.job where state = 'delivered'
      order by finished_at desc limit ${mostJobs}
    )
    select model, duration_seconds, width, height,
      percentile_cont(0.5) within group (order by seconds) as usual,
      percentile_cont(0.9) within group (order by seconds) as long
    from recent
    group by grouping sets ((model, duration_seconds, width, height), (model), ())
    having count(seconds) >= ${fewestJobs}`.execute(db);
  return new Map(
    rows.map(({ model, duration_seconds: seconds, width, height, usual, long }) => [
      keyOf(model, seconds, width, height),
      { usual, long },
    ]),
  );
}

function keyOf(...group: readonly (string | number | null)[]): string {
  return group.filter((part) => part !== null).join(" ");
}
