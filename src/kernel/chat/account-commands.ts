import type { ChatParts } from "../feature.ts";
import { Html } from "../lib/html.ts";
import { formatCredits } from "../lib/money.ts";
import {
  type Button,
  type Command,
  findStartLink,
  mayUse,
  type UpdateContext,
  updateRetentionSettings,
} from "../telegram/index.ts";
import type { ChatDeps } from "./chat-deps.ts";
import { showOpenRefunds } from "./refund-card.ts";

/** `/start`. */
export function startCommand(deps: ChatDeps): ChatParts {
  return {
    commands: [
      {
        name: "start",
        description: "chat-command-start",
        access: "user",
        run: async (context, args) => {
          await start(deps, context, args);
        },
      },
    ],
  };
}

/** `/status` where a feature has something to say there, `/help`, `/cancel`, `/terms`, `/privacy`. */
export function accountCommands(deps: ChatDeps): ChatParts {
  const tellsStatus = deps.features.some(({ statusSection }) => statusSection !== undefined);
  const statusCommand: Command = {
    name: "status",
    description: "chat-command-status",
    access: "user",
    inGroups: true,
    run: async (context) => {
      await status(deps, context);
    },
  };
  return {
    commands: [
      ...(tellsStatus ? [statusCommand] : []),
      {
        name: "help",
        description: "chat-command-help",
        access: "user",
        inGroups: true,
        run: async (context) => {
          await help(deps, context);
        },
      },
      {
        name: "cancel",
        description: "chat-command-cancel",
        access: "user",
        inGroups: true,
        whenBlocked: true,
        run: cancel,
      },
      { name: "terms", description: "chat-command-terms", access: "user", whenBlocked: true, run: terms },
      {
        name: "privacy",
        description: "chat-command-privacy",
        access: "user",
        whenBlocked: true,
        run: async ({ t, reply }) => {
          const { failedDays } = await deps.settings.read(updateRetentionSettings);
          await reply(t("chat-privacy", { failedDays }));
        },
      },
    ],
  };
}

/** Whoever comes by a link that leads somewhere is led there; the greeting is for everybody else. */
async function start(deps: ChatDeps, context: UpdateContext, args: string): Promise<void> {
  await deps.ledger.welcome(context.tx, context.user.id);
  const found = findStartLink(deps.startLinks(), args);
  if (found !== undefined && (await found.link.run(context, found.value)) === "handled") return;
  await greet(deps, context);
}

async function greet(deps: ChatDeps, context: UpdateContext): Promise<void> {
  const { t, tx, user, chat, reply } = context;
  const { available } = await deps.ledger.balance(tx, user.id);
  const parts = [t("chat-start-hello", { name: user.firstName })];
  const buttons: (readonly Button[])[] = [];
  for (const { startSection } of deps.features) {
    const section = await startSection?.(context);
    if (section === undefined) continue;
    parts.push(section.html);
    buttons.push(...(section.buttons ?? []));
  }
  parts.push(t("chat-start-balance", { credits: formatCredits(available, t.language) }), t("chat-start-next"));
  await reply({
    kind: "text",
    html: Html.join(parts, "\n\n"),
    ...(buttons.length > 0 && { keyboard: { inline: buttons } }),
  });
  await showOpenRefunds(deps, tx, chat.id);
  for (const { afterStart } of deps.features) await afterStart?.(context);
}

async function status({ features }: ChatDeps, context: UpdateContext): Promise<void> {
  const { t, reply } = context;
  const parts: Html[] = [];
  const buttons: (readonly Button[])[] = [];
  for (const { statusSection } of features) {
    const section = await statusSection?.(context);
    if (section === undefined) continue;
    parts.push(section.html);
    buttons.push(...(section.buttons ?? []));
  }
  await reply({
    kind: "text",
    html: parts.length === 0 ? t("chat-status-nothing") : Html.join(parts, "\n\n"),
    ...(buttons.length > 0 && { keyboard: { inline: buttons } }),
  });
}

async function help(deps: ChatDeps, { t, user, chat, reply }: UpdateContext): Promise<void> {
  const inGroup = chat.type !== "private";
  const allowed = deps
    .commands()
    .filter(({ access, inGroups }) => mayUse(user.role, access) && (!inGroup || inGroups === true));
  const lines = (of: readonly Command[]): readonly Html[] =>
    of.map(({ name, description }) => t("chat-help-line", { command: name, description: t.plain(description) }));
  const parts = [Html.join([t("chat-help-title"), ...lines(allowed.filter(({ access }) => access === "user"))])];
  const more = allowed.filter(({ access }) => access !== "user");
  if (more.length > 0) parts.push(Html.join([t("chat-help-operators"), ...lines(more)]));
  await reply(Html.join(parts, "\n\n"));
}

async function cancel({ t, dialog, reply }: UpdateContext): Promise<void> {
  const open = await dialog.current();
  if (open !== undefined) await dialog.close();
  await reply(t(open === undefined ? "chat-nothing-to-cancel" : "chat-cancelled"));
}

async function terms({ t, reply }: UpdateContext): Promise<void> {
  await reply(t("chat-terms"));
}
