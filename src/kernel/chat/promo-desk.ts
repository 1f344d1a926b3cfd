import type { ChatParts } from "../feature.ts";
import type { PromoCode } from "../ledger/index.ts";
import type { Ids } from "../lib/ids.ts";
import { formatCredits, parseCredits } from "../lib/money.ts";
import { type Button, callbackData, type Content, type UpdateContext } from "../telegram/index.ts";
import type { ChatDeps } from "./chat-deps.ts";
import { inPairs } from "./settings-scene.ts";

const shownCodes = 10;
const dayMs = 24 * 60 * 60_000;
/** What the buttons offer; anything else is typed. */
const choices = [
  ["credits", ["0.5", "1", "2", "5"]],
  ["uses", ["1", "10", "100", "1000"]],
  ["days", ["7", "30", "90", "0"]],
  ["who", ["all", "new"]],
] as const;

/** `/promocodes`, for admins: makes codes, says how often they were used, switches them off. */
export function promoDesk(deps: ChatDeps): ChatParts {
  return {
    commands: [
      {
        name: "promocodes",
        description: "chat-command-promocodes",
        access: "admin",
        run: async (context, args) => {
          await context.reply(await (args === "" ? listScreen(deps, context) : typed(deps, context, args)));
        },
      },
    ],
    callbacks: [
      {
        prefix: "promocodes",
        access: "admin",
        run: async (context, args) => {
          await context.editPressed(await press(deps, context, args));
        },
      },
    ],
  };
}

async function press(
  deps: ChatDeps,
  context: UpdateContext,
  [action, code = "", ...chosen]: readonly string[],
): Promise<Content> {
  const { tx, user } = context;
  switch (action) {
    case "new":
      return await nextChoice(deps, context, { code, chosen });
    case "off":
      await deps.ledger.promo.switchOff(tx, code, `user:${user.id}`);
      return await codeScreen(deps, context, code);
    case "show":
      return await codeScreen(deps, context, code);
    case undefined:
    default:
      return await listScreen(deps, context);
  }
}

async function listScreen({ ledger, ids }: ChatDeps, { t, tx }: UpdateContext): Promise<Content> {
  const codes = await ledger.promo.list(tx, shownCodes);
  const rows = codes.map((promo): readonly Button[] => [
    {
      text: t.plain("chat-promocodes-line", { code: promo.code, uses: promo.uses, most: promo.mostUses }),
      callback: callbackData("promocodes", "show", promo.code),
    },
  ]);
  // The name is chosen here, so that the last press, made twice, makes one code.
  const create = { text: t.plain("chat-promocodes-new"), callback: callbackData("promocodes", "new", newCode(ids)) };
  return {
    kind: "text",
    html: t(codes.length === 0 ? "chat-promocodes-none" : "chat-promocodes"),
    keyboard: { inline: [...rows, [create]] },
  };
}

/** One question after the other; what was chosen so far is carried by the buttons. */
async function nextChoice(
  deps: ChatDeps,
  context: UpdateContext,
  { code, chosen }: { readonly code: string; readonly chosen: readonly string[] },
): Promise<Content> {
  const next = choices[chosen.length];
  if (next === undefined) return await create(deps, context, [code, ...chosen]);
  const { t } = context;
  const [what, values] = next;
  return {
    kind: "text",
    html: t(`chat-promocodes-choose-${what}`, { code }),
    keyboard: {
      inline: [
        ...inPairs(
          values.map((value) => ({
            text: t.plain(`chat-promocodes-${what}`, { value }),
            callback: callbackData("promocodes", "new", code, ...chosen, value),
          })),
        ),
        [backButton(context)],
      ],
    },
  };
}

async function typed(deps: ChatDeps, context: UpdateContext, args: string): Promise<Content> {
  const words = args.split(/\s+/);
  return words.length === 1 ? await codeScreen(deps, context, args) : await create(deps, context, words);
}

/** From the words `CODE credits uses [days] [new]`. A code that is there already is shown as it is. */
async function create(deps: ChatDeps, context: UpdateContext, words: readonly string[]): Promise<Content> {
  const [code = "", amount = "", uses = "", days = "0", who = "all"] = words;
  const { t, tx, user, now } = context;
  const credits = parseCredits(amount);
  const isMeant =
    /^[A-Za-z0-9_-]{3,32}$/.test(code) &&
    /^[1-9]\d{0,5}$/.test(uses) &&
    /^\d{1,4}$/.test(days) &&
    /^(all|new)$/.test(who);
  if (!isMeant || words.length > 5 || credits === undefined || credits <= 0n) {
    return { kind: "text", html: t("chat-promocodes-usage") };
  }
  await deps.ledger.promo.create(tx, {
    code,
    credits,
    mostUses: Number(uses),
    newPeopleOnly: who === "new",
    expiresAt: days === "0" ? undefined : new Date(now.getTime() + Number(days) * dayMs),
    actor: `user:${user.id}`,
  });
  return await codeScreen(deps, context, code);
}

async function codeScreen(deps: ChatDeps, context: UpdateContext, code: string): Promise<Content> {
  const { t, tx, now } = context;
  const promo = await deps.ledger.promo.find(tx, code);
  if (promo === undefined) return { kind: "text", html: t("chat-promocodes-unknown") };
  const link = deps.deepLink("promo", promo.code);
  const isOpen = stateOf(promo, now) === "open";
  const share: Button[] = link === undefined || !isOpen ? [] : [{ text: t.plain("chat-copy-link"), copy: link }];
  const off: Button = {
    text: t.plain("chat-promocodes-off"),
    style: "danger",
    callback: callbackData("promocodes", "off", promo.code),
  };
  return {
    kind: "text",
    html: t("chat-promocodes-code", {
      code: promo.code,
      credits: formatCredits(promo.credits, t.language),
      uses: promo.uses,
      most: promo.mostUses,
      who: promo.newPeopleOnly ? "new" : "all",
      state: stateOf(promo, now),
      until: untilText(context, promo),
      link: link ?? "–",
    }),
    keyboard: { inline: [share, isOpen ? [off] : [], [backButton(context)]].filter((row) => row.length > 0) },
  };
}

function stateOf({ switchedOff, expiresAt, uses, mostUses }: PromoCode, now: Date): "off" | "over" | "used" | "open" {
  if (switchedOff) return "off";
  if (expiresAt !== undefined && expiresAt <= now) return "over";
  return uses >= mostUses ? "used" : "open";
}

function untilText({ t, user }: UpdateContext, { expiresAt }: PromoCode): string {
  if (expiresAt === undefined) return t.plain("chat-promocodes-forever");
  return new Intl.DateTimeFormat(t.language, { dateStyle: "medium", timeZone: user.timeZone }).format(expiresAt);
}

function backButton({ t }: UpdateContext): Button {
  return { text: t.plain("chat-settings-back"), callback: callbackData("promocodes", "list") };
}

/** Easy to read aloud, and 50 random bits against guessing. */
function newCode(ids: Pick<Ids, "token">): string {
  const letters = "ABCDEFGHJKLMNPQRSTUVWXYZ23456789";
  const bytes = Buffer.from(ids.token(10), "base64url");
  return Array.from(bytes, (byte) => letters[byte % letters.length]).join("");
}
