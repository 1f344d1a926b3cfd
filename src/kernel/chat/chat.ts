import type { ChatParts } from "../feature.ts";
import type { JobsParts } from "../jobs/index.ts";
import { accountCommands, startCommand } from "./account-commands.ts";
import { adminPanel } from "./admin/admin-panel.ts";
import { auditSection } from "./admin/audit-section.ts";
import { creditsSection } from "./admin/credits-section.ts";
import { refundsSection } from "./admin/refunds-section.ts";
import { usersSection } from "./admin/users-section.ts";
import { balanceScreen } from "./balance-screen.ts";
import type { ChatDeps } from "./chat-deps.ts";
import { creditCommand } from "./credit-command.ts";
import { giftScreen } from "./gift-screen.ts";
import { makeOpenGroupSettings } from "./group-settings.ts";
import { inviteScreen } from "./invite-screen.ts";
import { personalDataCommands } from "./personal-data.ts";
import { promoDesk } from "./promo-desk.ts";
import { promoScreen } from "./promo-screen.ts";
import { refundReminder } from "./refund-card.ts";
import { refunds } from "./refunds.ts";
import { settingsScreen } from "./settings-screen.ts";
import { shop } from "./shop.ts";
import { makeOfferPlan, subscriptions } from "./subscriptions.ts";

/** The commands that every deployment has, whatever features it runs, in the order of the menu. */
export interface KernelChat {
  readonly beforeFeatures: readonly ChatParts[];
  readonly afterFeatures: readonly ChatParts[];
  /** In the background. */
  readonly work: JobsParts;
}

/** What a newcomer needs stands first, then what the features offer, last what is needed now and then. */
export function kernelChat(deps: ChatDeps): KernelChat {
  const openGroupSettings = makeOpenGroupSettings(deps);
  const offerPlan = makeOfferPlan(deps);
  const plans = subscriptions(deps, offerPlan);
  const panel = adminPanel(deps, [
    usersSection(deps),
    creditsSection(deps),
    refundsSection(deps),
    ...deps.features.flatMap(({ adminSections = [] }) => adminSections),
    auditSection(deps),
  ]);
  return {
    beforeFeatures: [
      startCommand(deps),
      shop(deps),
      plans,
      balanceScreen(deps),
      giftScreen(deps),
      inviteScreen(deps),
      promoScreen(deps),
    ],
    afterFeatures: [
      settingsScreen(deps, openGroupSettings),
      accountCommands({ ...deps, features: [...deps.features, plans] }),
      refunds(deps),
      personalDataCommands(deps),
      panel.parts,
      creditCommand(deps),
      promoDesk(deps),
    ],
    work: { jobs: [openGroupSettings, offerPlan, ...panel.jobs], schedules: [refundReminder(deps)] },
  };
}
