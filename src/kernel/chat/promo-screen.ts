import type { ChatParts } from "../feature.ts";
import { formatCredits } from "../lib/money.ts";
import type { UpdateContext } from "../telegram/index.ts";
import type { ChatDeps } from "./chat-deps.ts";

const codeDialog = "chat.promo-code";

/** `/promo CODE`, and the link that carries a code: credits for whoever has it. */
export function promoScreen(deps: ChatDeps): ChatParts {
  return {
    commands: [
      {
        name: "promo",
        description: "chat-command-promo",
        access: "user",
        run: async (context, args) => {
          await (args === "" ? askForCode(context) : redeem(deps, context, args));
        },
      },
    ],
    startLinks: [
      {
        name: "promo",
        run: async (context, code) => {
          await redeem(deps, context, code);
          return "handled";
        },
      },
    ],
    dialogs: [
      {
        flow: codeDialog,
        onMessage: async (context, _state, message) => {
          if (message.text === undefined) return "pass";
          await context.dialog.close();
          await redeem(deps, context, message.text);
          return "handled";
        },
      },
    ],
  };
}

async function askForCode({ t, reply, dialog }: UpdateContext): Promise<void> {
  await dialog.set({ flow: codeDialog, step: "type", data: {} });
  await reply({
    kind: "text",
    html: t("chat-promo-type"),
    keyboard: { forceReply: { placeholder: t.plain("chat-promo-placeholder") } },
  });
}

async function redeem({ ledger }: ChatDeps, { t, tx, user, reply }: UpdateContext, code: string): Promise<void> {
  const result = await ledger.promo.redeem(tx, { userId: user.id, code });
  if (!result.ok) {
    await reply(t(`chat-promo-${result.reason}`));
    return;
  }
  await reply(
    t("chat-promo-given", {
      credits: formatCredits(result.credits, t.language),
      balance: formatCredits(result.balance.available, t.language),
    }),
  );
}
