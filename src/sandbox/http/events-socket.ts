import type { IncomingMessage } from "node:http";
import type { Duplex } from "node:stream";

import { WebSocketServer } from "ws";
import type { WebSocket } from "ws";

import { stateFor, viewOfChat } from "../people/views.ts";
import type { SandboxEvent } from "../protocol.ts";
import type { Notice } from "../world/bus.ts";
import { isMember } from "../world/chats.ts";
import { sandboxNewcomerId } from "../world/first-world.ts";
import type { PersonRecord } from "../world/world.ts";
import type { PeopleParts } from "./people-http.ts";

export interface EventsSocket {
  readonly upgrade: (request: IncomingMessage, socket: Duplex, head: Buffer) => void;
  readonly close: () => void;
}

/** `/sandbox/events?as={personId}`: the state, then everything that concerns this person (without `as`, the newcomer). */
export function makeEventsSocket(parts: PeopleParts): EventsSocket {
  const { world } = parts;
  // Nothing is read from the pages, so a small limit is enough.
  const server = new WebSocketServer({ noServer: true, maxPayload: 1024 });

  const serve = (socket: WebSocket, personId: number): void => {
    const tell = (event: SandboxEvent): void => {
      socket.send(JSON.stringify(event));
    };
    const tellState = (): void => {
      const person = world.people.get(personId);
      if (person === undefined) socket.close(4404, "There is no such person.");
      else
        tell({
          type: "state",
          state: stateFor(world, person, { calls: parts.calls.latest(), faults: parts.faults.list() }),
        });
    };
    const unsubscribe = world.bus.subscribe((notice) => {
      if (notice.to === "restart") {
        tellState();
        return;
      }
      // While the world is being reset the person may be missing; the restart comes at its end.
      const person = world.people.get(personId);
      if (person !== undefined) for (const event of eventsFor(parts, person, notice)) tell(event);
    });
    socket.on("close", unsubscribe);
    socket.on("error", () => {
      socket.terminate();
    });
    tellState();
  };

  return {
    upgrade: (request, socket, head) => {
      const url = new URL(request.url ?? "/", "http://sandbox");
      server.handleUpgrade(request, socket, head, (webSocket) => {
        serve(webSocket, Number(url.searchParams.get("as") ?? sandboxNewcomerId));
      });
    },
    close: () => {
      for (const client of server.clients) client.terminate();
      server.close();
    },
  };
}

function eventsFor(
  { world }: PeopleParts,
  person: PersonRecord,
  notice: Exclude<Notice, { to: "restart" }>,
): readonly SandboxEvent[] {
  if (notice.to === "everyone") return [notice.event];
  if (notice.to === "person") return notice.personId === person.id ? [notice.event] : [];
  const chat = world.chats.get(notice.chatId);
  if (chat === undefined || !isMember(chat, person.id)) return [];
  return notice.to === "chat" ? [notice.event] : [{ type: "chat", chat: viewOfChat(world, chat, person) }];
}
