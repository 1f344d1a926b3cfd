import { signal } from "@preact/signals";
import type { ReadonlySignal } from "@preact/signals";

import type { SandboxState } from "../../../src/sandbox/protocol.ts";
import { formatRoute, parseRoute } from "../model/route.ts";
import type { Route } from "../model/route.ts";

export interface Router {
  readonly route: ReadonlySignal<Route>;
  /** Opens something; Back returns. */
  readonly go: (route: Route) => void;
  /** The same without a step in the history: for what the person did not ask for. */
  readonly replace: (route: Route) => void;
  /** Makes the address fit a state that has come: who one is, and only chats that exist. */
  readonly settle: (state: SandboxState) => void;
}

/** From this width on list and chat stand side by side; the style sheets say the same. */
export const wideQuery = "(min-width: 760px)";

export function makeRouter(page: Window): Router {
  const route = signal<Route>(parseRoute(page.location.hash));
  page.addEventListener("hashchange", () => {
    route.value = parseRoute(page.location.hash);
  });
  const replace = (next: Route): void => {
    page.history.replaceState(undefined, "", formatRoute(next));
    route.value = next;
  };
  return {
    route,
    replace,
    go: (next) => {
      if (formatRoute(next) === formatRoute(route.value)) return;
      page.history.pushState(undefined, "", formatRoute(next));
      route.value = next;
    },
    settle: ({ me, chats }) => {
      const { personId, chatId } = route.value;
      const isKnown = chats.some((chat) => chat.id === chatId);
      const isWide = page.matchMedia(wideQuery).matches;
      if (personId === me.id && isKnown) return;
      const fallback = isWide ? chats[0]?.id : undefined;
      const open = isKnown ? chatId : fallback;
      replace({ personId: me.id, ...(open === undefined ? {} : { chatId: open }) });
    },
  };
}
