import type { ChatParts } from "../feature.ts";
import { accountCommands } from "./account-commands.ts";
import type { ChatDeps } from "./chat-deps.ts";
import { creditCommand } from "./credit-command.ts";
import { personalDataCommands } from "./personal-data.ts";
import { refunds } from "./refunds.ts";
import { settingsScreen } from "./settings-screen.ts";
import { shop } from "./shop.ts";

/** The commands that every deployment has, whatever features it runs, in the order of the menu. */
export function kernelChat(deps: ChatDeps): readonly ChatParts[] {
  return [
    accountCommands(deps),
    settingsScreen(deps),
    shop(deps),
    refunds(deps),
    personalDataCommands(deps),
    creditCommand(deps),
  ];
}
