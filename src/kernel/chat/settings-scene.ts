import type { QuietHours } from "../delivery/index.ts";
import type { Html } from "../lib/html.ts";
import { type Button, callbackData, type Content, type UpdateContext } from "../telegram/index.ts";
import type { ChatDeps } from "./chat-deps.ts";
import { clockText, type QuietRange } from "./quiet-hours.ts";

/** Whose settings are shown, to whom: a person's own in his private chat, or a group's to one of its admins. */
export type Scene = Pick<UpdateContext, "tx" | "t" | "user" | "chat" | "now">;

export function isGroup({ chat }: Pick<Scene, "chat">): boolean {
  return chat.type !== "private";
}

/** Where the chat's clock stands: a person's own zone; a group's is kept with its quiet hours. */
export async function zoneOf({ delivery }: ChatDeps, scene: Scene, quiet?: QuietHours): Promise<string> {
  if (!isGroup(scene)) return scene.user.timeZone;
  const hours = quiet ?? (await delivery.preferences.quietHours(scene.tx, scene.chat.id));
  return hours?.timeZone ?? scene.user.timeZone;
}

export function choiceScreen(scene: Scene, html: Html, choices: readonly Button[]): Content {
  return { kind: "text", html, keyboard: { inline: [...inPairs(choices), [backButton(scene)]] } };
}

export function inPairs(buttons: readonly Button[]): readonly (readonly Button[])[] {
  const rows: Button[][] = [];
  for (let at = 0; at < buttons.length; at += 2) rows.push(buttons.slice(at, at + 2));
  return rows;
}

/** What is chosen now has a dot before it. */
export function choice(text: string, isCurrent: boolean, callback: string): Button {
  return { text: marked(text, isCurrent), callback };
}

export function marked(text: string, isCurrent: boolean): string {
  return `${isCurrent ? "● " : ""}${text}`;
}

export function backButton({ t }: Pick<Scene, "t">): Button {
  return { text: t.plain("chat-settings-back"), callback: callbackData("set", "main") };
}

export function timeIn({ t, now }: Pick<Scene, "t" | "now">, timeZone: string): string {
  return new Intl.DateTimeFormat(t.language, { timeStyle: "short", timeZone }).format(now);
}

export function rangeText({ t }: Pick<Scene, "t">, quiet: QuietRange | undefined): string {
  if (quiet === undefined) return t.plain("chat-settings-quiet-off");
  return t.plain("chat-settings-quiet-range", { from: clockText(quiet.from), to: clockText(quiet.to) });
}
