import type { User } from "../../accounts/index.ts";
import type { AdminPage, AdminScreen, AdminView } from "../../feature.ts";
import { Html } from "../../lib/html.ts";
import { formatCredits } from "../../lib/money.ts";
import type { Button } from "../../telegram/index.ts";
import type { ChatDeps } from "../chat-deps.ts";
import { inPairs } from "../settings-scene.ts";
import { userName } from "./user-name.ts";

/** What is known of a person, and what an admin may do about it. */
export function userPage(deps: ChatDeps): AdminPage {
  return async (view, [id]) => {
    const { t, tx } = view;
    const person = await userNamed(deps, view, id);
    if (person === undefined) return goneScreen(view);
    const { available, held } = await deps.ledger.balance(tx, person.id);
    const date = new Intl.DateTimeFormat(t.language, { dateStyle: "medium", timeZone: view.user.timeZone });
    const lines = [
      t("chat-admin-user", {
        name: userName(person),
        username: person.username === undefined ? "–" : `@${person.username}`,
        telegramId: String(person.telegramId),
        since: date.format(person.createdAt),
        zone: person.timeZone,
        role: t.plain(`chat-admin-role-${person.role}`),
      }),
      t("chat-admin-user-balance", {
        credits: formatCredits(available, t.language),
        held: formatCredits(held, t.language),
      }),
    ];
    if (person.blocked) lines.push(t("chat-admin-user-blocked"));
    return { html: Html.join(lines), buttons: userActions(view, person) };
  };
}

function userActions({ t, open, act }: AdminView, { id, blocked }: User): readonly (readonly Button[])[] {
  return inPairs([
    act({ text: t.plain("chat-admin-button-credits"), style: "primary" }, "credits", id),
    open(t.plain("chat-admin-button-history"), "history", id),
    open(t.plain("chat-admin-button-role"), "role", id),
    act(
      blocked
        ? { text: t.plain("chat-admin-button-unblock"), style: "success" }
        : { text: t.plain("chat-admin-button-block"), style: "danger" },
      blocked ? "unblock" : "block",
      id,
    ),
  ]);
}

/** The person a button names; undefined when he has been forgotten since. */
export async function userNamed(
  { accounts }: Pick<ChatDeps, "accounts">,
  { tx }: Pick<AdminView, "tx">,
  id: string | undefined,
): Promise<User | undefined> {
  return /^\d{1,15}$/.test(id ?? "") ? await accounts.userById(tx, Number(id)) : undefined;
}

export function goneScreen({ t }: Pick<AdminView, "t">): AdminScreen {
  return { html: t("chat-admin-user-gone") };
}
