import type { VideoProvider } from "#providers/video/port.ts";
import { ProviderRefused, ProviderUnavailable, ProviderUnclear } from "#providers/video/provider-error.ts";

import type { StudioMetrics } from "../metrics.ts";

/** One call of a provider, measured. @throws what it throws. */
export async function askProvider<T>(
  metrics: Pick<StudioMetrics, "providerSeconds" | "providerErrors">,
  { id: provider }: VideoProvider,
  call: "start" | "look_up" | "status" | "fetch",
  work: () => Promise<T>,
): Promise<T> {
  const stop = metrics.providerSeconds.startTimer({ provider, call });
  try {
    return await work();
  } catch (error) {
    const kind = kindOf(error);
    if (kind !== undefined) metrics.providerErrors.inc({ provider, kind });
    throw error;
  } finally {
    stop();
  }
}

/** Undefined for what is no failure of the provider's: a bug here, or that we are stopping. */
function kindOf(error: unknown): string | undefined {
  if (error instanceof ProviderRefused || error instanceof ProviderUnavailable) return error.kind;
  return error instanceof ProviderUnclear ? "unclear" : undefined;
}
