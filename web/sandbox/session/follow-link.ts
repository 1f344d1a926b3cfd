import { resolveLink } from "../model/links.ts";
import type { Session } from "./session.ts";

/** Opens an address the way Telegram would: what concerns the bot inside the sandbox, the rest in a new tab. */
export function followLink(session: Session, address: string): void {
  const state = session.world.value;
  if (state === undefined) return;
  const target = resolveLink(address, state.bot.username);
  const openPrivate = (): void => {
    session.goTo({ personId: state.me.id, chatId: state.me.id });
  };
  switch (target.kind) {
    case "start":
      session.startPayload.value = target.payload;
      openPrivate();
      return;
    case "bot":
      openPrivate();
      return;
    case "startgroup":
      session.sheet.value = { kind: "choose-group", payload: target.payload };
      return;
    case "invoice":
      void openInvoice(session, target.link);
      return;
    case "outside":
      window.open(target.href, "_blank", "noopener,noreferrer");
      return;
    case "unsafe":
      session.toasts.show(session.texts.value.message.unsafeLink);
  }
}

async function openInvoice({ api, attempt, sheet }: Session, link: string): Promise<void> {
  const invoice = await attempt(async () => await api.invoice(link));
  if (invoice !== undefined) sheet.value = { kind: "pay", bill: { invoice, payment: { link } } };
}
