import { signal } from "@preact/signals";
import type { ReadonlySignal } from "@preact/signals";

import type { SandboxEvent } from "../../../src/sandbox/protocol.ts";

export type LinkState = "connecting" | "online" | "lost";

export interface Connection {
  readonly link: ReadonlySignal<LinkState>;
  /** Opens a socket for this person, closing the one before. */
  readonly open: (personId: number) => void;
}

export interface ConnectionOptions {
  readonly onEvent: (event: SandboxEvent) => void;
  /** The sandbox does not know this person (not yet, while it is being reset): `open` another one, or wait. */
  readonly onUnknownPerson: () => void;
}

/** The close code for a person who does not exist. */
const unknownPerson = 4404;
const firstWaitMs = 300;
const longestWaitMs = 5000;

/**
 * One WebSocket that comes back by itself: after every loss it waits a little longer (up to 5 s, with jitter), and at
 * once when the network or the tab comes back. The first event after each opening is the whole state, so nothing that
 * happened meanwhile is missed.
 */
export function makeConnection({ onEvent, onUnknownPerson }: ConnectionOptions): Connection {
  const link = signal<LinkState>("connecting");
  let person = 0;
  let socket: WebSocket | undefined;
  let waitMs = firstWaitMs;
  let timer: ReturnType<typeof setTimeout> | undefined;

  const connect = (): void => {
    clearTimeout(timer);
    const mine = new WebSocket(eventsUrl(person));
    socket = mine;
    mine.addEventListener("message", ({ data }) => {
      if (socket !== mine) return;
      waitMs = firstWaitMs;
      link.value = "online";
      onEvent(JSON.parse(String(data)) as SandboxEvent);
    });
    mine.addEventListener("close", ({ code }) => {
      if (socket !== mine) return;
      link.value = "lost";
      timer = setTimeout(connect, waitMs * (0.75 + Math.random() / 2));
      waitMs = Math.min(waitMs * 2, longestWaitMs);
      if (code === unknownPerson) onUnknownPerson();
    });
  };
  const hurry = (): void => {
    if (link.value === "lost" && document.visibilityState === "visible") connect();
  };
  window.addEventListener("online", hurry);
  document.addEventListener("visibilitychange", hurry);

  return {
    link,
    open: (personId) => {
      const before = socket;
      person = personId;
      waitMs = firstWaitMs;
      link.value = "connecting";
      connect();
      before?.close();
    },
  };
}

function eventsUrl(personId: number): string {
  const url = new URL("/sandbox/events", location.href);
  url.protocol = url.protocol === "https:" ? "wss:" : "ws:";
  url.searchParams.set("as", String(personId));
  return url.href;
}
