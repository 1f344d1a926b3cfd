import type { Kernel } from "#kernel/feature.ts";
import { Html } from "#kernel/lib/html.ts";
import type { Content } from "#kernel/telegram/index.ts";

import { signalSettings } from "../settings.ts";
import { readSubscription, subscribe, type SubscriberDeps, unsubscribe } from "../subscriber.ts";
import type { FilterOwner } from "./filter-screen.ts";
import { subscriptionLines } from "./subscription-words.ts";

export type SubscribingDeps = SubscriberDeps & Pick<Kernel, "settings">;

/** For whom it is done, and by whose clock. */
export interface SubscribingChat extends FilterOwner {
  readonly timeZone: string;
}

/** What `/subscribe` does and answers. */
export async function subscribeChat(deps: SubscribingDeps, chat: SubscribingChat): Promise<Content> {
  const { tx, t, now, chatId, userId, timeZone, place } = chat;
  const before = await readSubscription(tx, chatId);
  const shared = place === "shared" ? { shared: { language: t.language, timeZone } } : {};
  await subscribe(deps, tx, { chatId, userId, ...shared });
  const subscription = await readSubscription(tx, chatId);
  const settings = await deps.settings.read(signalSettings);
  const isNew = !before.active || (before.expiresAt !== undefined && before.expiresAt <= now);
  const lines = subscriptionLines({ subscription, settings, timeZone, now }, t).slice(1);
  return {
    kind: "text",
    html: Html.join(
      [
        t(isNew ? "signals-subscribed" : "signals-subscribed-already"),
        Html.join(lines),
        t(place === "shared" ? "signals-subscribed-shared" : "signals-subscribed-next"),
      ],
      "\n\n",
    ),
  };
}

/** What `/unsubscribe` does and answers. */
export async function unsubscribeChat(deps: SubscriberDeps, { tx, t, chatId }: SubscribingChat): Promise<Content> {
  const was = await unsubscribe(deps, tx, chatId);
  return { kind: "text", html: t(was ? "signals-unsubscribed" : "signals-unsubscribed-already") };
}
