import type { Message } from "@grammyjs/types";

import type { SandboxEvent, SandboxState } from "../../../src/sandbox/protocol.ts";

/** Events that change the state; the rest (`action`, `callback_answer`) pass by. */
export type StateEvent = Exclude<SandboxEvent, { readonly type: "action" } | { readonly type: "callback_answer" }>;

/** The panel shows recent calls only; a broadcast makes thousands. */
const keptCalls = 300;

/** The state after the event. Parts that did not change keep their identity, so that only what changed is drawn again. */
export function applyEvent(state: SandboxState, event: StateEvent): SandboxState {
  switch (event.type) {
    case "state":
      return event.state;
    case "message":
    case "edited":
      return withMessages(state, event.chatId, (messages) => placed(messages, event.message));
    case "deleted": {
      const gone = new Set(event.messageIds);
      return withMessages(state, event.chatId, (messages) => messages.filter((one) => !gone.has(one.message_id)));
    }
    case "chat":
      return { ...state, chats: replacedById(state.chats, event.chat) };
    case "person":
      return {
        ...state,
        people: replacedById(state.people, event.person),
        me: event.person.id === state.me.id ? event.person : state.me,
      };
    case "wallet":
      return { ...state, wallet: event.wallet };
    case "call":
      return { ...state, calls: [...state.calls.slice(1 - keptCalls), event.call] };
    case "faults":
      return { ...state, faults: event.faults };
  }
}

function withMessages(
  state: SandboxState,
  chatId: number,
  change: (messages: readonly Message[]) => readonly Message[],
): SandboxState {
  return { ...state, messages: { ...state.messages, [chatId]: change(state.messages[chatId] ?? []) } };
}

/** Ids grow with time, so a new message nearly always goes last; an edit takes the place of what it edits. */
function placed(messages: readonly Message[], message: Message): readonly Message[] {
  const index = messages.findLastIndex((one) => one.message_id <= message.message_id);
  const replaces = messages[index]?.message_id === message.message_id;
  return [...messages.slice(0, replaces ? index : index + 1), message, ...messages.slice(index + 1)];
}

function replacedById<T extends { readonly id: number }>(items: readonly T[], item: T): readonly T[] {
  return items.some((one) => one.id === item.id)
    ? items.map((one) => (one.id === item.id ? item : one))
    : [...items, item];
}
