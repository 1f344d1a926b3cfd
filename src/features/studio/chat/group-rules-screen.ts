import type { ChatParts, ChatSection, GroupScene, Kernel } from "#kernel/feature.ts";
import { type Button, callbackData, type Content, type UpdateContext } from "#kernel/telegram/index.ts";

import { type GroupRules, readGroupRules, saveGroupRules } from "../group-rules.ts";

const prefix = "grouprules";
const hourly = [1, 3, 5, 10, 20, 0] as const;

type Deps = Pick<Kernel, "accounts" | "settings">;

/** Studio's part of a group's settings: whether videos can be asked for there, by whom, and how many. */
export function groupRulesParts(deps: Deps): Pick<ChatParts, "callbacks" | "groupSettingsSection"> {
  return {
    callbacks: [
      {
        prefix,
        access: "user",
        inGroups: true,
        run: async (context, args) => {
          const { tx, t, chat, user, answer, editPressed } = context;
          if (chat.type === "private") return;
          if (!(await deps.accounts.isChatAdmin(tx, chat.id, user.id))) {
            answer(t.plain("studio-group-not-admin"), { alert: true });
            return;
          }
          const rules = await readGroupRules(tx, { ...deps, chatId: chat.id });
          const changed = change(rules, args);
          if (changed !== undefined) await saveGroupRules(tx, chat.id, changed);
          await editPressed(screen(context, changed ?? rules));
        },
      },
    ],
    groupSettingsSection: async (scene) => await section(deps, scene),
  };
}

/** Undefined when the press chooses nothing: it opens the screen, or somebody made it up. */
function change(rules: GroupRules, [what, value]: readonly string[]): GroupRules | undefined {
  if (what === "on" || what === "off") return { ...rules, enabled: what === "on" };
  if (what === "who" && (value === "everybody" || value === "admins")) return { ...rules, who: value };
  const perHour = hourly.find((each) => what === "hour" && String(each) === value);
  return perHour === undefined ? undefined : { ...rules, perHour };
}

async function section(deps: Deps, { tx, t, chat }: GroupScene): Promise<ChatSection> {
  const rules = await readGroupRules(tx, { ...deps, chatId: chat.id });
  return {
    html: t("studio-group-rules", wordsFor(rules)),
    buttons: [[{ text: t.plain("studio-button-group"), callback: callbackData(prefix) }]],
  };
}

function wordsFor({ enabled, who, perHour }: GroupRules): Record<string, string | number> {
  return { state: enabled ? who : "off", perHour, limit: perHour === 0 ? "none" : "some" };
}

function screen({ t }: UpdateContext, rules: GroupRules): Content {
  const choice = (text: string, isCurrent: boolean, ...args: readonly string[]): Button => ({
    text: `${isCurrent ? "● " : ""}${text}`,
    callback: callbackData(prefix, ...args),
  });
  const { enabled, who, perHour } = rules;
  const inHour = (most: number): Button =>
    choice(most === 0 ? t.plain("studio-group-no-limit") : String(most), most === perHour, "hour", String(most));
  return {
    kind: "text",
    html: t("studio-group-rules-choose", wordsFor(rules)),
    keyboard: {
      inline: [
        [
          choice(t.plain("studio-group-on"), enabled, "on"),
          choice(t.plain("studio-group-switched-off"), !enabled, "off"),
        ],
        ...(enabled
          ? [
              [
                choice(t.plain("studio-group-everybody"), who === "everybody", "who", "everybody"),
                choice(t.plain("studio-group-only-admins"), who === "admins", "who", "admins"),
              ],
              hourly.slice(0, 3).map(inHour),
              hourly.slice(3).map(inHour),
            ]
          : []),
        [{ text: t.plain("studio-button-settings"), callback: callbackData("set", "main") }],
      ],
    },
  };
}
