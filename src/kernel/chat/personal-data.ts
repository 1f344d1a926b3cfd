import type { SettlementHandler } from "../delivery/index.ts";
import type { ChatParts } from "../feature.ts";
import { Html } from "../lib/html.ts";
import { formatCredits } from "../lib/money.ts";
import { callbackData, type UpdateContext } from "../telegram/index.ts";
import type { ChatDeps } from "./chat-deps.ts";
import { signButton, verifyButton } from "./signed-button.ts";

const buttonLifeMs = 10 * 60_000;
const exportLifeMs = 24 * 60 * 60_000;
const largestExport = 20 * 1024 * 1024;
const eraseExport = "chat.erase-export";

/** `/export` and `/forget`. */
export function personalDataCommands(deps: ChatDeps): ChatParts {
  return {
    commands: [
      {
        name: "export",
        description: "chat-command-export",
        access: "user",
        whenBlocked: true,
        run: async (context) => {
          await sendExport(deps, context);
        },
      },
      {
        name: "forget",
        description: "chat-command-forget",
        access: "user",
        whenBlocked: true,
        run: async (context) => {
          await askForget(deps, context);
        },
      },
    ],
    callbacks: [
      {
        prefix: "forget",
        access: "user",
        whenBlocked: true,
        run: async (context, [verdict, until, signature]) => {
          if (verdict === "no") {
            await context.editPressed(context.t("chat-forget-kept"));
            return;
          }
          const button = { cipher: deps.cipher, action: `forget ${context.user.id}` };
          if (verifyButton(button, { until, signature, now: context.now })) await forget(deps, context);
          else context.answer(context.t.plain("chat-button-expired"), { alert: true });
        },
      },
    ],
  };
}

/** The exported file goes as soon as it has arrived (or cannot). */
export function exportSettlement({ media }: Pick<ChatDeps, "media">): SettlementHandler {
  return {
    name: eraseExport,
    run: async (tx, { reference }) => {
      await media.erase(tx, reference);
    },
  };
}

async function sendExport(deps: ChatDeps, { tx, t, user, chat, now }: UpdateContext): Promise<void> {
  const parts: Record<string, unknown> = {};
  for (const { owner, export: exportPart } of deps.personalData) parts[owner] = await exportPart(tx, user.id);
  const text = JSON.stringify({ exported_at: now.toISOString(), ...parts }, jsonValue, 2);
  const file = await deps.media.put({
    contentType: "application/json",
    fileName: "telecast-export.json",
    body: Buffer.from(text),
    maxBytes: largestExport,
    expiresAt: new Date(now.getTime() + exportLifeMs),
  });
  await deps.media.keep(tx, file.id);
  await deps.delivery.enqueue(tx, {
    chatId: chat.id,
    topic: "reply",
    content: { kind: "document", media: { mediaId: file.id }, caption: t("chat-export-caption") },
    settle: { handler: eraseExport, reference: file.id },
  });
}

function jsonValue(_key: string, value: unknown): unknown {
  return typeof value === "bigint" ? String(value) : value;
}

/** A debt is not left behind by beginning anew. Asked again at the press: it may have come since. */
async function refuseDebtor({ ledger }: ChatDeps, { tx, t, user, reply }: UpdateContext): Promise<boolean> {
  const { posted } = await ledger.balance(tx, user.id);
  if (posted >= 0n) return false;
  await reply(t("chat-forget-debt", { credits: formatCredits(-posted, t.language) }));
  return true;
}

async function askForget(deps: ChatDeps, context: UpdateContext): Promise<void> {
  const { tx, t, user, now, reply } = context;
  if (await refuseDebtor(deps, context)) return;
  const { posted } = await deps.ledger.balance(tx, user.id);
  const parts = [t("chat-forget-warning")];
  if (posted > 0n) parts.push(t("chat-forget-credits", { credits: formatCredits(posted, t.language) }));
  const running = await deps.ledger.subscriptions.list(tx, user.id);
  if (running.length > 0) parts.push(t("chat-forget-subscriptions"));
  const button = { cipher: deps.cipher, action: `forget ${user.id}` };
  const proof = signButton(button, new Date(now.getTime() + buttonLifeMs));
  await reply({
    kind: "text",
    html: Html.join(parts, "\n\n"),
    keyboard: {
      inline: [
        [
          { text: t.plain("chat-forget-yes"), style: "danger", callback: callbackData("forget", "yes", ...proof) },
          { text: t.plain("chat-forget-no"), callback: callbackData("forget", "no") },
        ],
      ],
    },
  });
}

/** Features first: they cancel what runs, and what they still say to the person is erased with the rest. */
async function forget(deps: ChatDeps, context: UpdateContext): Promise<void> {
  const { tx, t, user, dialog, editPressed } = context;
  if (await refuseDebtor(deps, context)) return;
  await dialog.close();
  for (const { forget: forgetPart } of deps.personalData.toReversed()) await forgetPart(tx, user.id);
  await editPressed(t("chat-forget-done"));
}
