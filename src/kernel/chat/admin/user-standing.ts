import type { Role, User } from "../../accounts/index.ts";
import type { AdminAction, AdminAnswer, AdminPage, AdminScene, AdminSection, AdminView } from "../../feature.ts";
import { mayUse } from "../../telegram/index.ts";
import { longestReason } from "../adjust-credits.ts";
import type { ChatDeps } from "../chat-deps.ts";
import { marked } from "../settings-scene.ts";
import { userName } from "./user-name.ts";
import { goneScreen, userNamed } from "./user-page.ts";

type Part = Required<Pick<AdminSection, "actions" | "answers">> & {
  readonly pages: Readonly<Record<string, AdminPage>>;
};

const roles: readonly Role[] = ["user", "operator", "admin"];

/** Whether a person is let in, and what he may do. */
export function userStanding(deps: ChatDeps, show: AdminPage): Part {
  return {
    pages: { role: rolePage(deps), rolesure: confirmRolePage(deps) },
    actions: {
      block: askReason(deps, "block"),
      unblock: askReason(deps, "unblock"),
      setrole: setRole(deps, show),
    },
    answers: { block: setBlocked(deps, show, true), unblock: setBlocked(deps, show, false) },
  };
}

/** Why something cannot be done to him; undefined when it can. Whoever has a role loses it before he is shut out. */
function whyNotBlock({ user }: AdminView, person: User): string | undefined {
  if (person.id === user.id) return "chat-admin-not-oneself";
  return person.role === "user" || person.blocked ? undefined : "chat-admin-not-staff";
}

function askReason(deps: ChatDeps, what: "block" | "unblock"): AdminAction {
  return async (scene, [id]) => {
    const person = await userNamed(deps, scene, id);
    if (person === undefined) return goneScreen(scene);
    const problem = whyNotBlock(scene, person);
    if (problem !== undefined) {
      scene.answer(scene.t.plain(problem), { alert: true });
      return undefined;
    }
    await scene.ask({
      answer: what,
      html: scene.t(`chat-admin-${what}-ask`, { name: userName(person) }),
      placeholder: scene.t.plain("chat-admin-reason-placeholder"),
      data: { id: String(person.id) },
    });
    return undefined;
  };
}

/** The reason stands in the audit log; typing it is the confirmation. */
function setBlocked(deps: ChatDeps, show: AdminPage, blocked: boolean): AdminAnswer {
  return async (scene, { text = "" }, data) => {
    const { t, tx } = scene;
    const person = await userNamed(deps, scene, String(data["id"]));
    if (person === undefined) return goneScreen(scene);
    const reason = text.trim();
    const problem =
      reason === "" || reason.length > longestReason ? "chat-admin-reason-wrong" : whyNotBlock(scene, person);
    if (problem !== undefined) return { html: t(problem, { longest: longestReason }), back: ["show", person.id] };
    await scene.close();
    await deps.accounts.setBlocked(tx, person.id, blocked);
    await scene.audit({
      action: blocked ? "account.blocked" : "account.unblocked",
      subject: `user:${person.id}`,
      before: { blocked: person.blocked },
      after: { blocked, reason },
    });
    return await show(scene, [String(person.id)]);
  };
}

function rolePage(deps: ChatDeps): AdminPage {
  return async (view, [id]) => {
    const { t, open } = view;
    const person = await userNamed(deps, view, id);
    if (person === undefined) return goneScreen(view);
    return {
      html: t("chat-admin-role", { name: userName(person) }),
      buttons: roles.map((role) => [
        open(marked(t.plain(`chat-admin-role-${role}`), role === person.role), "rolesure", person.id, role),
      ]),
      back: ["show", person.id],
    };
  };
}

function confirmRolePage(deps: ChatDeps): AdminPage {
  return async (view, [id, wanted]) => {
    const { t, act } = view;
    const person = await userNamed(deps, view, id);
    const role = roles.find((each) => each === wanted);
    if (person === undefined || role === undefined) return goneScreen(view);
    const words = { name: userName(person), role: t.plain(`chat-admin-role-${role}`) };
    const problem = await whyNotRole(deps, view, person);
    if (problem !== undefined) return { html: t(problem), back: ["role", person.id] };
    return {
      html: t(`chat-admin-role-sure-${role}`, words),
      buttons: [
        [
          act(
            { text: t.plain("chat-admin-button-role-sure", words), style: role === "user" ? "danger" : "success" },
            "setrole",
            person.id,
            role,
          ),
        ],
      ],
      back: ["role", person.id],
    };
  };
}

/**
 * Who is an admin only because he is in a group of admins does not make others admins for good, himself least of all.
 * Nobody changes his own role: the last admin would be gone by a slip.
 */
async function whyNotRole({ accounts }: ChatDeps, { tx, user }: AdminView, person: User): Promise<string | undefined> {
  if (person.id === user.id) return "chat-admin-not-oneself";
  if (accounts.adminChatIds.includes(person.telegramId)) return "chat-admin-role-fixed";
  const himself = await accounts.userById(tx, user.id);
  return himself !== undefined && mayUse(himself.role, "admin") ? undefined : "chat-admin-role-borrowed";
}

function setRole(deps: ChatDeps, show: AdminPage): AdminAction {
  return async (scene, [id, wanted]) => {
    const person = await userNamed(deps, scene, id);
    const role = roles.find((each) => each === wanted);
    if (person === undefined || role === undefined) return goneScreen(scene);
    const problem = await whyNotRole(deps, scene, person);
    if (problem !== undefined) {
      scene.answer(scene.t.plain(problem), { alert: true });
      return undefined;
    }
    if (person.role !== role) await changeRole(deps, scene, { person, role });
    return await show(scene, [String(person.id)]);
  };
}

async function changeRole(
  { accounts }: ChatDeps,
  { tx, audit, answer, t }: AdminScene,
  { person, role }: { readonly person: User; readonly role: Role },
): Promise<void> {
  await accounts.setRole(tx, person.id, role);
  await audit({
    action: "account.role_changed",
    subject: `user:${person.id}`,
    before: { role: person.role },
    after: { role },
  });
  answer(t.plain("chat-admin-done"));
}
