import type { Kernel } from "#kernel/feature.ts";
import type { Catalogue } from "#providers/video/catalogue.ts";

import { modelSettings } from "./settings.ts";

export interface OfferDeps extends Pick<Kernel, "settings"> {
  readonly providers: { readonly has: (id: string) => boolean };
}

/**
 * The catalogue as people may choose from it: models whose provider is not set up, and those that
 * only stand in for others, are not enabled, whatever the settings say. Whoever edits the catalogue reads the settings themselves.
 */
export async function readOffer({ settings, providers }: OfferDeps): Promise<Catalogue> {
  const { models } = await settings.read(modelSettings);
  return models.map((model) => ({ ...model, enabled: model.enabled && model.listed && providers.has(model.provider) }));
}
