import type { User, UserFilter } from "../../accounts/index.ts";
import type { AdminAnswer, AdminPage, AdminSection, AdminView } from "../../feature.ts";
import { oneLine } from "../../lib/foreign-text.ts";
import { Html } from "../../lib/html.ts";
import type { Button } from "../../telegram/index.ts";
import type { ChatDeps } from "../chat-deps.ts";
import { findPerson } from "../find-person.ts";
import { marked } from "../settings-scene.ts";
import { sheetOf, turnButtons } from "./page-turner.ts";
import { usersSectionId } from "./panel-view.ts";
import { userCredits } from "./user-credits.ts";
import { userLine } from "./user-name.ts";
import { userPage } from "./user-page.ts";
import { userStanding } from "./user-standing.ts";
import { whoIsMeant } from "./who-is-meant.ts";

const usersPerPage = 8;
const dayMs = 24 * 60 * 60_000;

/** People: all of them, one of them, and what an admin may change of him. */
export function usersSection(deps: ChatDeps): AdminSection {
  const show = userPage(deps);
  const credits = userCredits(deps, show);
  const standing = userStanding(deps, show);
  return {
    id: usersSectionId,
    label: "chat-admin-users",
    glance: async ({ t, tx, now }) => t("chat-admin-users-glance", await countArgs(deps, { tx, now })),
    pages: { main: listPage(deps), show, ...credits.pages, ...standing.pages },
    actions: {
      find: async ({ ask, t }) => {
        await ask({
          answer: "find",
          html: t("chat-admin-find"),
          placeholder: t.plain("chat-admin-find-placeholder"),
          data: {},
        });
        return undefined;
      },
      ...credits.actions,
      ...standing.actions,
    },
    answers: { find: findAnswer(deps, show), ...credits.answers, ...standing.answers },
  };
}

async function countArgs(
  { accounts }: Pick<ChatDeps, "accounts">,
  { tx, now }: Pick<AdminView, "tx" | "now">,
): Promise<{ readonly all: number; readonly fresh: number; readonly blocked: number }> {
  return await accounts.countUsers(tx, new Date(now.getTime() - dayMs));
}

const filters = ["all", "staff", "blocked"] as const;

function listPage(deps: ChatDeps): AdminPage {
  return async (view, [wanted, page]) => {
    const { t, tx, open, act } = view;
    const filter = filters.find((each) => each === wanted) ?? "all";
    const sheet = sheetOf(page, usersPerPage);
    const users = await deps.accounts.listUsers(tx, {
      newestFirst: true,
      skip: sheet.skip,
      limit: sheet.limit,
      ...(filter !== "all" && { only: filter }),
    } satisfies UserFilter);
    return {
      html: Html.join([
        t("chat-admin-users-title"),
        users.length === 0 ? t("chat-admin-users-none") : t("chat-admin-users-counts", await countArgs(deps, view)),
      ]),
      buttons: [
        filters.map((each) => open(marked(t.plain(`chat-admin-users-${each}`), each === filter), "main", each)),
        ...userButtons(view, users.slice(0, usersPerPage)),
        ...turnButtons(view, { sheet, found: users.length, page: "main", args: [filter] }),
        [act({ text: t.plain("chat-admin-button-find"), style: "primary" }, "find")],
      ],
    };
  };
}

function userButtons({ openUser }: AdminView, users: readonly User[]): readonly (readonly Button[])[] {
  return users.map((user) => [openUser(userLine(user), user.id)]);
}

/** By `@name` or its beginning, id, a contact, or a message of his that was forwarded. */
function findAnswer(deps: ChatDeps, show: AdminPage): AdminAnswer {
  return async (scene, message) => {
    const { t, tx } = scene;
    const who = whoIsMeant(message);
    if (who === undefined) return { html: t("chat-admin-find-hidden") };
    const exact = await findPerson(deps.accounts, tx, who);
    const found =
      exact === undefined
        ? await deps.accounts.listUsers(tx, { search: who, newestFirst: true, limit: usersPerPage })
        : [exact];
    const [only, ...others] = found;
    if (only !== undefined) await scene.close();
    if (only !== undefined && others.length === 0) return await show(scene, [String(only.id)]);
    return {
      html: t(found.length === 0 ? "chat-admin-find-none" : "chat-admin-find-some", { who: oneLine(who, 60) }),
      buttons: userButtons(scene, found),
    };
  };
}
