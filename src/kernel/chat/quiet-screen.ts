import type { QuietHours } from "../delivery/index.ts";
import { Html } from "../lib/html.ts";
import { type Button, callbackData, type Content, type Dialog, type UpdateContext } from "../telegram/index.ts";
import type { ChatDeps } from "./chat-deps.ts";
import { mayChangeSettings } from "./group-settings.ts";
import { clockText, parseQuietRange, type QuietRange, shiftQuietRange } from "./quiet-hours.ts";
import { backButton, choice, inPairs, isGroup, rangeText, type Scene, timeIn, zoneOf } from "./settings-scene.ts";

/** To begin with; every other range is a few steps away, or typed. */
const usual: readonly QuietRange[] = [
  { from: 22 * 60, to: 7 * 60 },
  { from: 23 * 60, to: 8 * 60 },
  { from: 0, to: 9 * 60 },
];
const stepMinutes = 30;
const flow = "chat.quiet-hours";
const example = "22:30-07:15";

export async function quietScreen(deps: ChatDeps, scene: Scene): Promise<Content> {
  const { t, tx, chat } = scene;
  const quiet = await deps.delivery.preferences.quietHours(tx, chat.id);
  const zone = await zoneOf(deps, scene, quiet);
  const state = t("chat-settings-quiet-state", { quiet: rangeText(scene, quiet), zone, time: timeIn(scene, zone) });
  return {
    kind: "text",
    html: Html.join([state, t("chat-settings-choose-quiet")], "\n\n"),
    keyboard: {
      inline: [
        ...inPairs([
          ...usual.map((range) => {
            const isCurrent = quiet?.from === range.from && quiet.to === range.to;
            return choice(
              rangeText(scene, range),
              isCurrent,
              callbackData("set", "hours", `${range.from}-${range.to}`),
            );
          }),
          choice(t.plain("chat-settings-quiet-off"), quiet === undefined, callbackData("set", "hours", "off")),
        ]),
        ...(quiet === undefined ? [] : [steps(scene, quiet, "from"), steps(scene, quiet, "to")]),
        [
          { text: t.plain("chat-settings-quiet-type"), callback: callbackData("set", "typehours") },
          // A person's zone has a button of its own on the first screen.
          ...(isGroup(scene) && quiet !== undefined
            ? [{ text: t.plain("chat-settings-zone"), callback: callbackData("set", "zone") }]
            : []),
        ],
        [backButton(scene)],
      ],
    },
  };
}

/** Earlier, the time itself (typed when tapped), later. */
function steps({ t }: Scene, quiet: QuietRange, end: "from" | "to"): readonly Button[] {
  const step = (sign: "−" | "+", by: number): Button => ({
    text: t.plain("chat-settings-quiet-step", { sign, minutes: stepMinutes }),
    callback: callbackData("set", "shift", end, by),
  });
  return [
    step("−", -stepMinutes),
    {
      text: t.plain(`chat-settings-quiet-${end}`, { time: clockText(quiet[end]) }),
      callback: callbackData("set", "typehours"),
    },
    step("+", stepMinutes),
  ];
}

/** @param value one of the usual ranges, or `off`. */
export async function chooseQuiet(deps: ChatDeps, scene: Scene, value: string | undefined): Promise<void> {
  const range = usual.find(({ from, to }) => value === `${from}-${to}`);
  if (range !== undefined || value === "off") await setQuiet(deps, scene, range);
}

export async function shiftQuiet(deps: ChatDeps, scene: Scene, [end, by]: readonly string[]): Promise<void> {
  const quiet = await deps.delivery.preferences.quietHours(scene.tx, scene.chat.id);
  if (quiet === undefined || (end !== "from" && end !== "to")) return;
  await setQuiet(deps, scene, shiftQuietRange(quiet, end, by === String(stepMinutes) ? stepMinutes : -stepMinutes));
}

async function setQuiet(deps: ChatDeps, scene: Scene, range: QuietRange | undefined): Promise<QuietHours | undefined> {
  const hours = range && { from: range.from, to: range.to, timeZone: await zoneOf(deps, scene) };
  await deps.delivery.preferences.setQuietHours(scene.tx, scene.chat.id, hours);
  return hours;
}

export async function askForHours(context: UpdateContext): Promise<void> {
  const { t, reply, dialog } = context;
  await dialog.set({ flow, step: "type", data: {} });
  await reply({
    kind: "text",
    html: t(isGroup(context) ? "chat-settings-type-hours-group" : "chat-settings-type-hours"),
    // In a group it would open the answer for everybody.
    ...(!isGroup(context) && { keyboard: { forceReply: { placeholder: example } } }),
  });
}

/** Takes the times that somebody types. */
export function quietDialog(deps: ChatDeps): Dialog {
  return {
    flow,
    onMessage: async (context, _state, message) => {
      const { t, reply, dialog } = context;
      if (message.text === undefined || !(await mayChangeSettings(deps, context))) return "pass";
      const range = parseQuietRange(message.text);
      if (range === undefined) {
        await reply(t("chat-settings-unknown-hours", { typed: Array.from(message.text).slice(0, 60).join("") }));
        return "handled";
      }
      const hours = await setQuiet(deps, context, range);
      await dialog.close();
      const zone = hours?.timeZone ?? context.user.timeZone;
      await reply(
        t("chat-settings-quiet-state", { quiet: rangeText(context, range), zone, time: timeIn(context, zone) }),
      );
      return "handled";
    },
  };
}
