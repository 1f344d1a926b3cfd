import { inTransaction } from "#kernel/db/index.ts";
import type { Kernel } from "#kernel/feature.ts";
import { toError } from "#kernel/lib/errors.ts";
import type { ProviderBalance, VideoProvider } from "#providers/video/port.ts";

import { storeBalance } from "./provider-record.ts";

export type AskBalances = (signal: AbortSignal) => Promise<void>;

const patienceMs = 15_000;

/** Asks every provider that can tell what is left on our account there, all at once, and stores the answers. Never throws for theirs. */
export function makeAskBalances({
  db,
  clock,
  log,
  providers,
}: Pick<Kernel, "db" | "clock" | "log"> & {
  readonly providers: ReadonlyMap<string, VideoProvider>;
}): AskBalances {
  const ask = async (provider: VideoProvider, stop: AbortSignal): Promise<ProviderBalance | undefined> => {
    try {
      return await provider.balance?.(AbortSignal.any([stop, AbortSignal.timeout(patienceMs)]));
    } catch (error) {
      log.info({ provider: provider.id, err: toError(error).name }, "provider did not tell its balance");
      return undefined;
    }
  };
  return async (signal) => {
    const asked = [...providers.values()].filter(({ balance }) => balance !== undefined);
    const answers = await Promise.all(
      asked.map(async (provider) => [provider.id, await ask(provider, signal)] as const),
    );
    signal.throwIfAborted();
    const askedAt = clock.now();
    await inTransaction(db, async (tx) => {
      // In one order for all: two who ask at once lock the same rows.
      for (const [id, balance] of answers.toSorted(([a], [b]) => (a < b ? -1 : 1))) {
        await storeBalance(tx, id, { amount: balance?.amount, unit: balance?.unit ?? "", askedAt });
      }
    });
  };
}
