import type { Db } from "#kernel/db/index.ts";
import type { HealthResult } from "#kernel/observability/index.ts";
import type { VideoProvider } from "#providers/video/port.ts";

import { readCircuits } from "./circuit-store.ts";
import type { Trouble } from "./circuit.ts";

/** A provider that new videos are kept from. */
export interface ProviderOutage {
  readonly provider: string;
  readonly trouble: Trouble;
  readonly since: Date;
  /** When one video may try it; while one does, when that counts as lost. */
  readonly triedAgainAt: Date;
}

/** The providers that are out, for whoever has to know: the health page, `telecast doctor`, the admins' panel. */
export async function listOutages(db: Db): Promise<readonly ProviderOutage[]> {
  return [...(await readCircuits(db))].flatMap(([provider, circuit]) =>
    circuit.state === "closed"
      ? []
      : [{ provider, trouble: circuit.trouble, since: circuit.outSince, triedAgainAt: circuit.until }],
  );
}

/** Fails when nobody but the demo is left to make videos, where there is anybody else. */
export async function checkProviders(
  db: Db,
  providers: ReadonlyMap<string, Pick<VideoProvider, "playsFaults">>,
): Promise<HealthResult> {
  const serving = [...providers].filter(([, { playsFaults }]) => playsFaults !== true).map(([id]) => id);
  const out = (await listOutages(db)).filter(({ provider }) => serving.includes(provider));
  if (out.length === 0) return { ok: true, detail: "all providers of videos answer" };
  const names = out.map(({ provider, trouble }) => `${provider} (${words[trouble]})`).join(", ");
  return { ok: out.length < serving.length, detail: `out: ${names}` };
}

const words: Readonly<Record<Trouble, string>> = {
  outage: "does not answer as it should",
  no_credit: "our balance there is used up",
  unauthorized: "does not take our key",
};
