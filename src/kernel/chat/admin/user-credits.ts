import type { User } from "../../accounts/index.ts";
import type { AdminAction, AdminAnswer, AdminPage, AdminScene, AdminScreen, AdminSection } from "../../feature.ts";
import { Html } from "../../lib/html.ts";
import { formatCredits, parseCredits } from "../../lib/money.ts";
import { adjustCredits, longestReason } from "../adjust-credits.ts";
import { entryLine } from "../balance-screen.ts";
import type { ChatDeps } from "../chat-deps.ts";
import { actorOf } from "./panel-view.ts";
import { userName } from "./user-name.ts";
import { goneScreen, userNamed } from "./user-page.ts";

type Part = Required<Pick<AdminSection, "actions" | "answers">> & {
  readonly pages: Readonly<Record<string, AdminPage>>;
};

const entriesPerPage = 8;

/** A person's credits: their history, and giving or taking some: typed, looked at, confirmed once. */
export function userCredits(deps: ChatDeps, show: AdminPage): Part {
  return {
    pages: { history: historyPage(deps) },
    actions: { credits: askAmount(deps), adjust: confirmed(deps, show) },
    answers: { credits: proposeChange(deps) },
  };
}

/** Entries are numbered without gaps: a page is named by its newest. */
function historyPage(deps: ChatDeps): AdminPage {
  return async (view, [id, upTo]) => {
    const { t, tx, open } = view;
    const person = await userNamed(deps, view, id);
    if (person === undefined) return goneScreen(view);
    const from = /^\d{1,15}$/.test(upTo ?? "") ? Number(upTo) : undefined;
    const [newest] = await deps.ledger.history(tx, person.id, 1);
    const entries = await deps.ledger.history(tx, person.id, entriesPerPage, from);
    const [first, last, top] = [entries[0]?.number ?? 0, entries.at(-1)?.number ?? 0, newest?.number ?? 0];
    const newer = open(t.plain("chat-balance-newer"), "history", person.id, Math.min(first + entriesPerPage, top));
    const older = open(t.plain("chat-balance-older"), "history", person.id, last - 1);
    const turn = [...(first < top ? [newer] : []), ...(last > 1 ? [older] : [])];
    return {
      html: Html.join(
        [
          t("chat-admin-history", { name: userName(person) }),
          ...(entries.length === 0 ? [t("chat-balance-nothing")] : entries.map(entryLine(view))),
        ],
        "\n\n",
      ),
      buttons: turn.length === 0 ? [] : [turn],
      back: ["show", person.id],
    };
  };
}

function askAmount(deps: ChatDeps): AdminAction {
  return async (scene, [id]) => {
    const person = await userNamed(deps, scene, id);
    if (person === undefined) return goneScreen(scene);
    await scene.ask({
      answer: "credits",
      html: scene.t("chat-admin-credits-ask", { name: userName(person) }),
      placeholder: scene.t.plain("chat-admin-credits-placeholder"),
      data: { id: String(person.id) },
    });
    return undefined;
  };
}

/** What was typed, to be looked at before it is done. Typing again replaces it. */
function proposeChange(deps: ChatDeps): AdminAnswer {
  return async (scene, { text = "" }, data) => {
    const { t, tx } = scene;
    const person = await userNamed(deps, scene, String(data["id"]));
    if (person === undefined) return goneScreen(scene);
    const [, amountText = "", reason = ""] = /^(\S+)\s+(\S[\s\S]*)$/.exec(text.trim()) ?? [];
    const amount = parseCredits(amountText);
    if (amount === undefined || amount === 0n || reason.length > longestReason) {
      return { html: t("chat-admin-credits-wrong", { longest: longestReason }), back: ["show", person.id] };
    }
    const { available } = await deps.ledger.balance(tx, person.id);
    if (available + amount < 0n && amount < 0n) return tooFew(scene, person, available);
    const draft = await scene.keepDraft({ id: String(person.id), amount: String(amount), reason });
    const credits = formatCredits(amount < 0n ? -amount : amount, t.language);
    const [question, button] =
      amount > 0n
        ? (["chat-admin-give", "chat-admin-button-give"] as const)
        : (["chat-admin-take", "chat-admin-button-take"] as const);
    return {
      html: t(question, {
        name: userName(person),
        credits,
        before: formatCredits(available, t.language),
        after: formatCredits(available + amount, t.language),
        reason,
      }),
      buttons: [
        [scene.act({ text: t.plain(button, { credits }), style: amount > 0n ? "success" : "danger" }, "adjust", draft)],
      ],
      back: ["show", person.id],
    };
  };
}

/** The draft is there once, and the ledger knows its name: however often it is pressed, it is booked once. */
function confirmed(deps: ChatDeps, show: AdminPage): AdminAction {
  return async (scene, [name = ""]) => {
    const { t, tx, user, answer } = scene;
    const draft = await scene.takeDraft(name);
    if (draft === undefined) {
      answer(t.plain("chat-admin-over"), { alert: true });
      return undefined;
    }
    const person = await userNamed(deps, scene, String(draft["id"]));
    if (person === undefined) return goneScreen(scene);
    const result = await adjustCredits(deps, tx, {
      person,
      amount: BigInt(String(draft["amount"])),
      reason: String(draft["reason"]),
      actor: actorOf(user),
      reference: `admin-panel:${user.id}:${name}`,
    });
    if (!result.ok) return tooFew(scene, person, (await deps.ledger.balance(tx, person.id)).available);
    answer(t.plain("chat-admin-done"));
    return await show(scene, [String(person.id)]);
  };
}

/** Also when somebody else took them between the question and its confirmation. */
function tooFew({ t }: AdminScene, { id }: User, available: bigint): AdminScreen {
  return {
    html: t("chat-credit-insufficient", { available: formatCredits(available, t.language) }),
    back: ["show", id],
  };
}
