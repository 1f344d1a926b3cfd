import { mkdtemp, open, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";

import type { VideoProvider, VideoRequest, VideoStatus } from "#providers/video/port.ts";
import { ProviderRefused } from "#providers/video/provider-error.ts";

/** A provider, and what it is asked for: the same for the real service and for its stand-in in the tests. */
export interface ContractSubject {
  readonly provider: VideoProvider;
  /** The same service with a key that nobody has. */
  readonly stranger: VideoProvider;
  /** Something small that it can make. */
  readonly request: VideoRequest;
  /** A reference of the right form that it never gave. */
  readonly unknownReference: string;
  /** Passes the time between two looks. */
  readonly wait: () => Promise<void>;
  readonly mostLooks: number;
}

interface Check {
  readonly name: string;
  /** Makes a video, which costs money. */
  readonly isPaid: boolean;
  /** @returns what was seen. @throws when the promise is not kept. */
  readonly run: (subject: ContractSubject) => Promise<string>;
}

export interface CheckOutcome {
  readonly name: string;
  readonly outcome: "kept" | "broken" | "skipped";
  readonly seen: string;
}

/** Asks a service to do what the port promises, one thing after the other. */
export async function checkContract(
  subject: ContractSubject,
  { paid, report = () => undefined }: { readonly paid: boolean; readonly report?: (outcome: CheckOutcome) => void },
): Promise<readonly CheckOutcome[]> {
  const outcomes: CheckOutcome[] = [];
  for (const check of checks) {
    const outcome = !check.isPaid || paid ? await outcomeOf(check, subject) : skipped(check);
    outcomes.push(outcome);
    report(outcome);
  }
  return outcomes;
}

async function outcomeOf({ name, run }: Check, subject: ContractSubject): Promise<CheckOutcome> {
  try {
    return { name, outcome: "kept", seen: await run(subject) };
  } catch (error) {
    return { name, outcome: "broken", seen: describe(error) };
  }
}

function skipped({ name }: Check): CheckOutcome {
  return { name, outcome: "skipped", seen: "it would cost money" };
}

const checks: readonly Check[] = [
  {
    name: "the balance is told",
    isPaid: false,
    run: async ({ provider }) => {
      if (provider.balance === undefined) return "the service has no such question";
      const { amount, unit } = await provider.balance();
      ensure(Number.isFinite(amount), `the amount was ${amount}`);
      return `${amount} ${unit}`;
    },
  },
  {
    name: "a key that nobody has is refused as such",
    isPaid: false,
    run: async ({ stranger, request }) => await refusal(stranger.start(request), "unauthorized"),
  },
  {
    name: "a job that was never made is lost",
    isPaid: false,
    run: async ({ provider, unknownReference }) => {
      const status = await provider.status(unknownReference);
      ensure(status.state === "failed" && status.reason.kind === "lost", wordsOf(status));
      return wordsOf(status);
    },
  },
  {
    name: "a model that there is not is refused",
    isPaid: false,
    run: async ({ provider, request }) =>
      await refusal(provider.start({ ...request, model: `${request.model}-that-is-none` }), "bad_input", "unsupported"),
  },
  { name: "a video is taken, made and fetched", isPaid: true, run: makeVideo },
];

async function makeVideo({ provider, request, wait, mostLooks }: ContractSubject): Promise<string> {
  const began = performance.now();
  const { reference } = await provider.start(request);
  const seen = new Set<string>();
  let status = await provider.status(reference);
  for (let look = 0; look < mostLooks && (status.state === "queued" || status.state === "running"); look++) {
    seen.add(status.state);
    await wait();
    status = await provider.status(reference);
  }
  ensure(status.state === "succeeded", `${[...seen].join(", ")}, then ${wordsOf(status)}`);
  const bytes = await fetchVideo(provider, reference);
  return `${[...seen, "succeeded"].join(", ")}; ${bytes} bytes after ${Math.round((performance.now() - began) / 1000)} s`;
}

async function fetchVideo(provider: VideoProvider, reference: string): Promise<number> {
  const directory = await mkdtemp(join(tmpdir(), "telecast-contract-"));
  try {
    const path = join(directory, "video.mp4");
    const fetched = await provider.fetchResult(reference, { path, maxBytes: 100 * 1024 * 1024 });
    ensure(fetched.ok, fetched.ok ? "" : `it was ${fetched.reason}`);
    const file = await open(path);
    const { buffer } = await file.read(Buffer.alloc(12), 0, 12, 0);
    await file.close();
    ensure(buffer.toString("latin1", 4, 8) === "ftyp", "what was fetched is no MP4");
    return fetched.bytes;
  } finally {
    await rm(directory, { recursive: true, force: true });
  }
}

async function refusal(work: Promise<unknown>, ...kinds: readonly ProviderRefused["kind"][]): Promise<string> {
  const error = await work.then(
    () => new Error("it was taken"),
    (thrown: unknown) => thrown,
  );
  ensure(error instanceof ProviderRefused && kinds.includes(error.kind), describe(error));
  return describe(error);
}

function wordsOf(status: VideoStatus): string {
  return status.state === "failed"
    ? `failed: ${status.reason.kind} ${status.reason.providerCode ?? ""}`.trimEnd()
    : status.state;
}

/** With the cause's words, which are a code of the network or the provider, never a prompt. */
function describe(error: unknown): string {
  if (!(error instanceof Error)) return String(error);
  const code = error instanceof ProviderRefused ? ` (${error.providerCode ?? "no code"})` : "";
  return `${error.message}${code}${error.cause instanceof Error ? `: ${error.cause.message}` : ""}`;
}

function ensure(holds: boolean, otherwise: string): asserts holds {
  if (!holds) throw new Error(otherwise);
}
