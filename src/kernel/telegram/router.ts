import type { CallbackQuery, Message } from "grammy/types";

import type { Accounts, Chat } from "../accounts/index.ts";
import type { Tx } from "../db/index.ts";
import type { Texts } from "../lib/texts.ts";
import type { Settings } from "../settings/index.ts";
import { parseCallbackData } from "./callback-data.ts";
import { nearest, parseCommand, type TypedCommand } from "./commands.ts";
import type { Dialogs, TrackedDialog } from "./dialogs.ts";
import { createFloodGate, type FloodVerdict } from "./flood.ts";
import { noteMembership } from "./membership.ts";
import { beginsWithMention } from "./mention.ts";
import { mayUse, type RouteBook } from "./route-book.ts";
import type { ServiceKind, UpdateContext } from "./route.ts";
import { chatSettings } from "./settings.ts";
import { type ContextDeps, createContext } from "./update-context.ts";
import { chatOf, personOf } from "./update-facts.ts";
import type { UpdateRouter, UpdateWork } from "./update-work.ts";

export interface RouterDeps extends ContextDeps {
  readonly accounts: Accounts;
  readonly settings: Settings;
  readonly texts: Texts;
  readonly dialogs: Dialogs;
  readonly book: RouteBook;
  /** The bot's own, once it is known. */
  readonly username: () => string | undefined;
  /** A group became a supergroup: whoever keeps rows by chat moves them. */
  readonly onChatMigrated: (tx: Tx, from: number, to: number) => Promise<void>;
  /** After a command has been handled, but before the commit. */
  readonly onCommand?: (context: UpdateContext, name: string) => void;
}

/** What a person sent or pressed, with everything that is known of him. */
interface Situation {
  readonly work: UpdateWork;
  readonly context: UpdateContext;
  readonly dialog: TrackedDialog;
}

/** Where each update goes. Part of the transaction that marks it as handled. */
export function createRouter(deps: RouterDeps): UpdateRouter {
  const flood = createFloodGate();
  return {
    foresee: (tx, chatId) => {
      if (chatId < 0) return undefined;
      const asked = deps.accounts.lookUpSender(tx, { personId: chatId, chatId });
      // Whether it fails is heard by whoever needs it.
      asked.catch(() => undefined);
      return asked;
    },
    route: async (work) => {
      const migratedTo = work.update.message?.migrate_to_chat_id;
      if (migratedTo !== undefined) return await migrate(deps, work, migratedTo);
      if (work.update.my_chat_member !== undefined) return await changeMembership(deps, work);
      const request = understand(deps, work);
      if (request === "elsewhere") return "ignored";
      const verdict = request === undefined ? "pass" : judge(deps, { work, request, flood });
      if (verdict === "drop") return "flood";
      const situation = await introduce(deps, work);
      if (situation === undefined) return "ignored";
      if (verdict === "tell") return await tellOfFlood(situation);
      return await dispatch(deps, situation, request);
    },
    apologise: async (work, reference) => {
      const situation = await introduce(deps, work);
      // In a group only whoever addressed the bot is owed an answer.
      const isOwed = typeof understand(deps, work) === "object" || work.facts.chat?.type === "private";
      if (situation === undefined || !isOwed || work.facts.kind === "my_chat_member") return;
      const { t, answer, reply } = situation.context;
      answer(t.plain("telegram-apology-button", { reference }), { alert: true });
      if (work.facts.kind !== "callback_query") await reply(t("telegram-apology", { reference }));
    },
  };
}

/** What a person asks of us by a command, a button or our name; it counts against the flood limit. */
type Request = { readonly command: TypedCommand } | { readonly press: CallbackQuery } | { readonly mention: Message };

/** `elsewhere`: a command in a group that is another bot's, or what somebody sent by our inline mode. Undefined: none of these. */
function understand(deps: RouterDeps, { update, facts }: UpdateWork): Request | "elsewhere" | undefined {
  const { message, callback_query: press } = update;
  if (press !== undefined) return { press };
  if (message === undefined) return undefined;
  const username = deps.username();
  // Our own words, said by somebody else: whoever chose them was answered then.
  if (message.via_bot !== undefined && message.via_bot.username === username) return "elsewhere";
  const isPrivate = facts.chat?.type === "private";
  const command = parseCommand(message.text ?? message.caption ?? "", {
    username,
    secondPrefix: deps.settings.current(chatSettings).secondPrefix,
  });
  if (command !== undefined) return isOurs(deps, command, isPrivate) ? { command } : "elsewhere";
  return !isPrivate && beginsWithMention(message, username) ? { mention: message } : undefined;
}

function isOurs({ book }: RouterDeps, { address, name }: TypedCommand, isPrivate: boolean): boolean {
  if (address !== "none") return address === "us";
  // Among several bots, an unaddressed command is ours only if we have one for groups.
  return isPrivate || book.commands.get(name)?.inGroups === true;
}

function judge(
  { settings }: RouterDeps,
  of: { readonly work: UpdateWork; readonly request: Request; readonly flood: ReturnType<typeof createFloodGate> },
): FloodVerdict {
  const { facts, update, receivedAt } = of.work;
  if (facts.person === undefined) return "pass";
  const { commandsPerMinute, pressesPerMinute } = settings.current(chatSettings);
  const sentAt = update.message?.date;
  return of.flood.judge({
    personId: facts.person.id,
    updateId: facts.updateId,
    atMs: sentAt === undefined ? receivedAt.getTime() : sentAt * 1000,
    ...("press" in of.request
      ? { kind: "press", perMinute: pressesPerMinute }
      : { kind: "command", perMinute: commandsPerMinute }),
  });
}

async function tellOfFlood({ work, context }: Situation): Promise<string> {
  const { t, answer, reply } = context;
  if (work.facts.kind === "callback_query") answer(t.plain("telegram-too-many-presses"), { alert: true });
  else await reply(t("telegram-too-many"));
  return "flood";
}

/** Notes the person and the chat. Undefined for what no person did: posts of channels, of anonymous admins, of bots. */
async function introduce(deps: RouterDeps, work: UpdateWork): Promise<Situation | undefined> {
  const { tx, facts, update } = work;
  if (facts.person === undefined || facts.chat === undefined || facts.place === undefined) return undefined;
  const [from, to] = [personOf(facts.person), chatOf(facts.chat)];
  const { user: noted, chat } = await deps.accounts.noteSender(tx, { person: from, chat: to, known: work.sender });
  const user = isAdminGroup(deps, chat) ? ({ ...noted, role: "admin" } as const) : noted;
  await welcomeBack(deps, tx, { chat, message: update.message });
  const dialog = deps.dialogs.of(tx, { chatId: chat.id, userId: user.id });
  return { work, dialog, context: createContext(deps, work, { user, chat: facts.place, dialog }) };
}

/** Whoever is in a group of the admins is an admin, there: whom they let in, they let decide. Not in a channel, which anybody may read. */
function isAdminGroup({ accounts }: RouterDeps, { id, type }: Chat): boolean {
  return (type === "group" || type === "supergroup") && accounts.adminChatIds.includes(id);
}

/** Whoever writes to us can be written to; unless it was written before he blocked us, and only came later. */
async function welcomeBack(
  { accounts }: RouterDeps,
  tx: Tx,
  { chat, message }: { readonly chat: Chat; readonly message: Message | undefined },
): Promise<void> {
  if (chat.suspended === undefined || message === undefined) return;
  // Telegram's dates are whole seconds.
  if ((message.date + 1) * 1000 > chat.suspended.since.getTime()) await accounts.reactivateChat(tx, chat.id);
}

async function migrate(deps: RouterDeps, { tx, facts }: UpdateWork, to: number): Promise<string> {
  await deps.accounts.migrateChat(tx, facts.queueId, to);
  await deps.dialogs.moveChat(tx, facts.queueId, to);
  await deps.onChatMigrated(tx, facts.queueId, to);
  return "service:migrate";
}

async function changeMembership(deps: RouterDeps, work: UpdateWork): Promise<string> {
  const { tx, update, facts } = work;
  if (update.my_chat_member === undefined || facts.chat === undefined) return "ignored";
  const situation = await introduce(deps, work);
  if (situation === undefined) await deps.accounts.noteChat(tx, chatOf(facts.chat));
  await noteMembership(deps.accounts, tx, update.my_chat_member);
  if (situation !== undefined) await serve(deps, situation, "my_chat_member");
  return "service:my_chat_member";
}

async function dispatch(deps: RouterDeps, situation: Situation, request: Request | undefined): Promise<string> {
  const { work, context } = situation;
  const { message, subscription } = work.update;
  if (subscription !== undefined) return await serve(deps, situation, "subscription");
  if (message?.successful_payment !== undefined) return await serve(deps, situation, "successful_payment");
  if (message?.refunded_payment !== undefined) return await serve(deps, situation, "refunded_payment");
  if (context.user.blocked && !(await isOpenToAll(deps, situation, request))) return await turnAway(situation, request);
  if (request !== undefined && "press" in request) return await press(deps, context, request.press);
  if (message === undefined) return "ignored";
  if (request !== undefined && "mention" in request) return await beMentioned(deps, context, request.mention);
  if (request !== undefined) return await command(deps, situation, request.command);
  return await converse(deps, situation, message);
}

/** @throws when nobody takes what must not be lost, so that it is put aside and not taken for handled. */
async function serve({ book }: RouterDeps, { context, work }: Situation, kind: ServiceKind): Promise<string> {
  const routes = book.services.filter((route) => route.kind === kind);
  if (routes.length === 0 && kind === "successful_payment") throw new Error("nobody takes payments");
  for (const { run } of routes) await run(context, work.update);
  return `service:${kind}`;
}

/** What is left to who is shut out. */
async function isOpenToAll(
  { book }: RouterDeps,
  { dialog }: Situation,
  request: Request | undefined,
): Promise<boolean> {
  if (request === undefined) return book.dialogs.get((await dialog.current())?.flow ?? "")?.whenBlocked === true;
  if ("mention" in request) return false;
  if ("command" in request) return book.commands.get(request.command.name)?.whenBlocked === true;
  return book.callbacks.get(parseCallbackData(request.press.data ?? "").prefix)?.whenBlocked === true;
}

async function turnAway({ context }: Situation, request: Request | undefined): Promise<string> {
  const { t, answer, reply } = context;
  if (request !== undefined && "press" in request) answer(t.plain("telegram-blocked"), { alert: true });
  else if (request !== undefined) await reply(t("telegram-blocked"));
  return "blocked";
}

async function press({ book }: RouterDeps, context: UpdateContext, query: CallbackQuery): Promise<string> {
  const { prefix, args } = parseCallbackData(query.data ?? "");
  const route = book.callbacks.get(prefix);
  const { t, answer, user, chat } = context;
  if (route === undefined) {
    answer(t.plain("telegram-old-button"), { alert: true });
    return "button:unknown";
  }
  if (!mayUse(user.role, route.access)) answer(t.plain("telegram-refused"), { alert: true });
  else if (chat.type === "private" || route.inGroups === true) await route.run(context, args, query);
  else answer(t.plain("telegram-private-button"), { alert: true });
  return `button:${prefix}`;
}

async function command(deps: RouterDeps, situation: Situation, typed: TypedCommand): Promise<string> {
  const { context, dialog } = situation;
  const { chat, user, t, reply } = context;
  const inGroup = chat.type !== "private";
  const found = deps.book.commands.get(typed.name);
  if (found === undefined) {
    await suggest(deps, context, typed);
    return "command:unknown";
  }
  if (inGroup && found.inGroups !== true) {
    const bot = deps.username();
    const button = bot && { text: t.plain("telegram-open-private"), url: `https://t.me/${bot}` };
    await reply(t("telegram-private-only", { name: found.name }), button ? { keyboard: { inline: [[button]] } } : {});
    return `command:${found.name}`;
  }
  if (mayUse(user.role, found.access)) {
    // Asked for now, the answer is there when `endDialog` needs it: a round trip less. Whether it fails is heard there.
    dialog.current().catch(() => undefined);
    await found.run(context, typed.args);
    await endDialog(deps, dialog, found.name);
    deps.onCommand?.(context, found.name);
  } else {
    await reply(t("telegram-refused"));
  }
  return `command:${found.name}`;
}

async function beMentioned({ book }: RouterDeps, context: UpdateContext, message: Message): Promise<string> {
  for (const { name, run } of book.mentions) {
    if ((await run(context, message)) === "handled") return `mention:${name}`;
  }
  return "ignored";
}

async function suggest({ book }: RouterDeps, context: UpdateContext, { name: typed }: TypedCommand): Promise<void> {
  const { user, chat, t, reply } = context;
  const usable = [...book.commands.values()].filter(
    ({ access, inGroups }) => mayUse(user.role, access) && (chat.type === "private" || inGroups === true),
  );
  const name = nearest(
    typed,
    usable.map((each) => each.name),
  );
  await reply(
    name === undefined ? t("telegram-unknown-command", { typed }) : t("telegram-did-you-mean", { typed, name }),
  );
}

/** Afterwards, so that a command such as `/cancel` still sees what is open. */
async function endDialog({ book }: RouterDeps, dialog: TrackedDialog, name: string): Promise<void> {
  if (dialog.isTouched()) return;
  const open = await dialog.current();
  if (open === undefined || book.dialogs.get(open.flow)?.keptBy?.includes(name) === true) return;
  await dialog.close();
}

async function converse(deps: RouterDeps, { context, dialog }: Situation, message: Message): Promise<string> {
  if (!saysSomething(message)) return "ignored";
  const { book } = deps;
  const state = isForUs(deps, context, message) ? await dialog.current() : undefined;
  const open = state && book.dialogs.get(state.flow);
  if (state !== undefined && open !== undefined && (await open.onMessage(context, state, message)) === "handled") {
    return `dialog:${open.flow}`;
  }
  if (context.user.blocked) return "blocked";
  for (const { name, run } of book.messages) {
    if ((await run(context, message)) === "handled") return `message:${name}`;
  }
  if (context.chat.type !== "private") return "ignored";
  await context.reply(context.t("telegram-not-understood"));
  return "message:unknown";
}

/** Where the bot sees everything that is said in a group, a dialog must not take what is said to others for its answer. */
function isForUs({ username }: RouterDeps, { chat }: UpdateContext, { reply_to_message: answered }: Message): boolean {
  return chat.type === "private" || (answered?.from?.username !== undefined && answered.from.username === username());
}

/** Not a note of Telegram's own, such as a pinned message or a new member. */
function saysSomething(message: Message): boolean {
  return spoken.some((field) => message[field] !== undefined);
}

const spoken = [
  "text",
  "photo",
  "video",
  "animation",
  "document",
  "audio",
  "voice",
  "video_note",
  "sticker",
  "contact",
  "location",
  "venue",
  "poll",
  "dice",
  "paid_media",
  "rich_message",
  "web_app_data",
] as const satisfies readonly (keyof Message)[];
