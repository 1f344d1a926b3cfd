import type { QuietMode, TopicPreference } from "../delivery/index.ts";
import { type Button, callbackData, type Content } from "../telegram/index.ts";
import type { ChatDeps } from "./chat-deps.ts";
import { backButton, isGroup, type Scene } from "./settings-scene.ts";

const quietModes: readonly QuietMode[] = ["deliver", "silent", "hold", "drop"];

export async function topicsScreen(deps: ChatDeps, scene: Scene): Promise<Content> {
  const { t } = scene;
  const topics = await ownTopics(deps, scene);
  const rows = topics.map(({ topic, label, enabled, quietMode }): readonly Button[] => [
    { text: `${enabled ? "✅" : "⬜️"} ${t.plain(label)}`, callback: callbackData("set", "topic", topic) },
    { text: t.plain(`chat-settings-mode-${quietMode}`), callback: callbackData("set", "mode", topic) },
  ]);
  return {
    kind: "text",
    html: t(topics.length === 0 ? "chat-settings-no-topics" : "chat-settings-topics-intro"),
    keyboard: { inline: [...rows, [backButton(scene)]] },
  };
}

/** What this chat can hear of: ordinary people and groups are not asked about operators' alerts. */
async function ownTopics({ delivery, accounts }: ChatDeps, scene: Scene): Promise<readonly TopicPreference[]> {
  const { tx, chat, user } = scene;
  const topics = await delivery.preferences.topics(tx, chat.id);
  const hearsAlerts = [...accounts.adminChatIds, ...accounts.monitoringChatIds].includes(chat.id);
  return topics.filter(({ forOperators }) => !forOperators || hearsAlerts || (!isGroup(scene) && user.role !== "user"));
}

/** The next state of a topic: on and off, or the next way of treating it in quiet hours. */
export async function changeTopic(
  deps: ChatDeps,
  scene: Scene,
  { what, topic }: { readonly what: "topic" | "mode"; readonly topic: string | undefined },
): Promise<void> {
  const now = (await ownTopics(deps, scene)).find((known) => known.topic === topic);
  if (now === undefined) return;
  const nextMode = quietModes[(quietModes.indexOf(now.quietMode) + 1) % quietModes.length] ?? "deliver";
  await deps.delivery.preferences.setTopic(scene.tx, scene.chat.id, {
    topic: now.topic,
    ...(what === "topic" ? { enabled: !now.enabled } : { quietMode: nextMode }),
  });
}
