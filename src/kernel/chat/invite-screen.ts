import type { ChatParts } from "../feature.ts";
import { formatCredits } from "../lib/money.ts";
import type { Content, UpdateContext } from "../telegram/index.ts";
import type { ChatDeps } from "./chat-deps.ts";
import { shareLink } from "./share-link.ts";

/** `/invite`: a link of one's own, and what it has brought. */
export function inviteScreen(deps: ChatDeps): ChatParts {
  return {
    commands: [
      {
        name: "invite",
        description: "chat-command-invite",
        access: "user",
        run: async (context) => {
          await context.reply(await invitation(deps, context));
        },
      },
    ],
    startLinks: [
      {
        name: "ref",
        run: async (context, code) => {
          await accept(deps, context, code);
          return "pass";
        },
      },
    ],
  };
}

async function invitation({ ledger, deepLink }: ChatDeps, { t, tx, user }: UpdateContext): Promise<Content> {
  const offer = await ledger.referrals.offer();
  const { came, rewarded, earned } = await ledger.referrals.summary(tx, user.id);
  const link = deepLink("ref", await ledger.referrals.codeOf(tx, user.id));
  if (link === undefined || (offer.inviter === 0n && offer.invited === 0n)) {
    return { kind: "text", html: t("chat-invite-off") };
  }
  return {
    kind: "text",
    html: t("chat-invite", {
      link,
      // Numbers: the texts leave out a side that has nothing of it.
      inviter: Number(offer.inviter) / 1000,
      invited: Number(offer.invited) / 1000,
      came,
      rewarded,
      earned: formatCredits(earned, t.language),
    }),
    keyboard: { inline: shareLink(t, { link, text: t.plain("chat-invite-share") }) },
  };
}

/** Says so only to whom it brings something; everybody else is greeted as ever. */
async function accept(
  { ledger, accounts }: ChatDeps,
  { t, tx, user, reply }: UpdateContext,
  code: string,
): Promise<void> {
  const result = await ledger.referrals.accept(tx, { code, userId: user.id });
  if (!result.ok || result.offer.invited === 0n) return;
  const inviter = await accounts.userById(tx, result.inviterId);
  await reply(
    t("chat-invited", {
      name: inviter?.firstName ?? "?",
      credits: formatCredits(result.offer.invited, t.language),
    }),
  );
}
