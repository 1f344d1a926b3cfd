import { isDeepStrictEqual } from "node:util";

import { sql } from "kysely";
import { z } from "zod";

import type { Db, Tx } from "#kernel/db/index.ts";

import { afterCall, beginTrial, type Circuit, type Outcome, type Trouble, wellCircuit } from "./circuit.ts";

/** The circuits of providers that are not well, or were not of late; whoever is missing is well. */
export type Circuits = ReadonlyMap<string, Circuit>;

interface CircuitRow {
  readonly provider: string;
  readonly state: Circuit["state"];
  readonly trouble: Trouble | null;
  readonly marks: unknown;
  readonly openings: number;
  readonly out_since: Date | null;
  readonly until: Date | null;
  readonly trial_job: string | null;
}

const marks = z.array(z.object({ at: z.iso.datetime().transform((at) => new Date(at)), failed: z.boolean() }));

export async function readCircuits(db: Db): Promise<Circuits> {
  const { rows } = await sql<CircuitRow>`select * from studio.circuit`.execute(db);
  return new Map(rows.map((row) => [row.provider, fromRow(row)]));
}

/**
 * Writes down what a call of a job's provider brought, for all replicas. Locks the provider's row, unless it is well and
 * stays so: before the lock of any job.
 */
export async function noteCall(
  tx: Tx,
  call: { readonly provider: string; readonly job: string; readonly outcome: Outcome; readonly now: Date },
): Promise<{ readonly before: Circuit; readonly after: Circuit }> {
  const { provider, now } = call;
  const known = (await readCircuits(tx)).get(provider) ?? wellCircuit;
  if (call.outcome === "answered" && isDeepStrictEqual(known, wellCircuit)) return { before: known, after: known };
  const before = await lockCircuit(tx, provider);
  const after = afterCall(before, call, now);
  if (!isDeepStrictEqual(before, after)) await writeCircuit(tx, provider, after);
  return { before, after };
}

/** Makes the job the one that tries. The caller is the only one who gives trials (see dispatch.ts). */
export async function startTrial(
  tx: Tx,
  of: { readonly provider: string; readonly job: string; readonly now: Date },
): Promise<Circuit> {
  const circuit = beginTrial(await lockCircuit(tx, of.provider), of.job, of.now);
  await writeCircuit(tx, of.provider, circuit);
  return circuit;
}

async function lockCircuit(tx: Tx, provider: string): Promise<Circuit> {
  await sql`insert into studio.circuit (provider, state) values (${provider}, 'closed') on conflict do nothing`.execute(
    tx,
  );
  const { rows } = await sql<CircuitRow>`
    select * from studio.circuit where provider = ${provider} for update`.execute(tx);
  return rows[0] === undefined ? wellCircuit : fromRow(rows[0]);
}

async function writeCircuit(tx: Tx, provider: string, circuit: Circuit): Promise<void> {
  const isClosed = circuit.state === "closed";
  await sql`
    update studio.circuit set
      state = ${circuit.state}, marks = ${JSON.stringify(isClosed ? circuit.marks : [])},
      trouble = ${isClosed ? null : circuit.trouble}, openings = ${isClosed ? 0 : circuit.openings},
      out_since = ${isClosed ? null : circuit.outSince}, until = ${isClosed ? null : circuit.until},
      trial_job = ${circuit.state === "half_open" ? circuit.trialJob : null}
    where provider = ${provider}`.execute(tx);
}

function fromRow(row: CircuitRow): Circuit {
  const { state, trouble, openings, out_since: outSince, until, trial_job: trialJob } = row;
  if (state === "closed" || trouble === null || outSince === null || until === null) {
    return { state: "closed", marks: marks.parse(row.marks) };
  }
  const common = { trouble, outSince, openings, until };
  return trialJob === null ? { state: "open", ...common } : { state: "half_open", ...common, trialJob };
}
