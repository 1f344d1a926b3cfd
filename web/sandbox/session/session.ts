import { computed, effect, signal } from "@preact/signals";
import type { ReadonlySignal, Signal } from "@preact/signals";

import type { ChatView, SandboxEvent, SandboxState } from "../../../src/sandbox/protocol.ts";
import { makeFormats } from "../../shared/format.ts";
import type { Formats } from "../../shared/format.ts";
import { dictionaryFor } from "../../shared/i18n/dictionary.ts";
import type { Dictionary } from "../../shared/i18n/dictionary.ts";
import { makeTheme } from "../../shared/theme.ts";
import type { Theme } from "../../shared/theme.ts";
import { applyEvent } from "../model/apply-event.ts";
import type { StateEvent } from "../model/apply-event.ts";
import type { Route } from "../model/route.ts";
import { ApiRefusal, makeSandboxApi } from "./api.ts";
import type { SandboxApi } from "./api.ts";
import { batchEvents } from "./batch-events.ts";
import { makeConnection } from "./connection.ts";
import type { LinkState } from "./connection.ts";
import { makeDemo } from "./demo.ts";
import type { Demo } from "./demo.ts";
import { makeDrafts } from "./drafts.ts";
import type { Drafts } from "./drafts.ts";
import { followLink } from "./follow-link.ts";
import { makePresses } from "./presses.ts";
import type { Presses } from "./presses.ts";
import { makeReadMarks } from "./read-marks.ts";
import type { ReadMarks } from "./read-marks.ts";
import { makeRouter } from "./router.ts";
import type { Router } from "./router.ts";
import type { Sheet } from "./sheet.ts";
import { makeToasts } from "./toasts.ts";
import type { Toasts } from "./toasts.ts";
import { makeTyping } from "./typing.ts";
import type { Typing } from "./typing.ts";

/** Everything the components share: what the sandbox says, what is open, and how to act. One per page. */
export interface Session {
  readonly api: SandboxApi;
  readonly world: ReadonlySignal<SandboxState | undefined>;
  readonly link: ReadonlySignal<LinkState>;
  readonly route: ReadonlySignal<Route>;
  readonly openChat: ReadonlySignal<ChatView | undefined>;
  readonly texts: ReadonlySignal<Dictionary>;
  readonly formats: ReadonlySignal<Formats>;
  readonly theme: Signal<Theme>;
  readonly toasts: Toasts;
  readonly typing: Typing;
  readonly presses: Presses;
  readonly read: ReadMarks;
  readonly drafts: Drafts;
  readonly demo: Demo;
  /** The dialog that is open. */
  readonly sheet: Signal<Sheet | undefined>;
  readonly panelOpen: Signal<boolean>;
  /** A deep link's payload that waits for Start to be pressed in the private chat. */
  readonly startPayload: Signal<string | undefined>;
  readonly goTo: (route: Route) => void;
  readonly switchPerson: (personId: number) => void;
  /** Runs an action; when the sandbox refuses or is away, says so and gives `undefined`. */
  readonly attempt: <T>(action: () => Promise<T>) => Promise<T | undefined>;
}

/** Whom one is at first: the persona "new user" of the sandbox's first world (`src/sandbox/world/first-world.ts`). */
const newcomerId = 700_000_003;

export function makeSession(page: Window): Session {
  const world = signal<SandboxState | undefined>(undefined);
  const router = makeRouter(page);
  const texts = computed(() => dictionaryFor(world.value?.me.languageCode ?? page.navigator.language));
  const toasts = makeToasts();
  const api = makeSandboxApi(() => world.value?.me.id ?? 0);
  const connection = makeConnection({
    onEvent: batchEvents((event) => {
      handle(session, world, router, event);
    }),
    onUnknownPerson: () => {
      // Made in an earlier run, and gone with it: begin again as the newcomer.
      router.replace({});
    },
  });
  const session: Session = {
    api,
    world,
    link: connection.link,
    route: router.route,
    openChat: computed(() => world.value?.chats.find((chat) => chat.id === router.route.value.chatId)),
    texts,
    formats: computed(() => makeFormats(texts.value.language)),
    theme: makeTheme(page.document.documentElement, page.localStorage),
    toasts,
    typing: makeTyping(),
    presses: makePresses(() => {
      toasts.show(texts.value.message.noAnswer);
    }),
    read: makeReadMarks(page.sessionStorage),
    drafts: makeDrafts(),
    demo: makeDemo(api),
    sheet: signal(undefined),
    panelOpen: signal(false),
    startPayload: signal(undefined),
    goTo: router.go,
    switchPerson: (id) => {
      const chat = world.value?.chats.find((one) => one.id === router.route.value.chatId);
      const stays = chat !== undefined && chat.type !== "private" && chat.memberIds.includes(id);
      router.go(stays ? { personId: id, chatId: chat.id } : { personId: id });
    },
    attempt: async (action) => {
      try {
        return await action();
      } catch (error) {
        if (!(error instanceof ApiRefusal)) throw error;
        toasts.show(reasonOf(error, texts.value));
        return undefined;
      }
    },
  };
  const wanted = computed(() => router.route.value.personId ?? newcomerId);
  effect(() => {
    const current = world.peek()?.me.id;
    if (current === undefined || wanted.value !== current) connection.open(wanted.value);
  });
  effect(() => {
    const { personId, chatId } = router.route.value;
    if (chatId !== personId) session.startPayload.value = undefined;
  });
  return session;
}

/** In the page's language where the refusal is one that has a name. */
function reasonOf({ status, code, message }: ApiRefusal, { connection, refusals, common }: Dictionary): string {
  if (status === 0) return connection.unreachable;
  const known = Object.entries(refusals).find(([name]) => name === code)?.[1];
  return known ?? (message || common.failed);
}

function handle(session: Session, world: Signal<SandboxState | undefined>, router: Router, event: SandboxEvent): void {
  switch (event.type) {
    case "action":
      session.typing.begin(event.chatId, { action: event.action, threadId: event.threadId });
      return;
    case "callback_answer":
      showAnswer(session, event);
      return;
    case "state":
      session.presses.clear();
      session.read.prune(event.state);
      world.value = event.state;
      router.settle(event.state);
      return;
    case "message":
    case "edited":
    case "deleted":
    case "chat":
    case "person":
    case "wallet":
    case "call":
    case "faults":
      change(session, world, event);
  }
}

function showAnswer(
  session: Session,
  { queryId, url, text = "", showAlert }: Extract<SandboxEvent, { readonly type: "callback_answer" }>,
): void {
  session.presses.answered(queryId);
  if (url !== undefined) followLink(session, url);
  if (text === "") return;
  if (showAlert) session.sheet.value = { kind: "alert", text };
  else session.toasts.show(text);
}

function change(session: Session, world: Signal<SandboxState | undefined>, event: StateEvent): void {
  if (world.value === undefined) return;
  world.value = applyEvent(world.value, event);
  if (event.type === "message" && event.message.from?.is_bot === true) session.typing.end(event.chatId);
}
