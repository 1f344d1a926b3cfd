import type { Socket } from "node:net";

import { networkCode } from "../lib/errors.ts";
import { answerTooLong, type Exchange } from "./exchange.ts";
import { readHttpAnswer } from "./http-answer.ts";

/** How a call ended, and for how long its connection may be used again; 0: no more. */
export type OnEnded = (ended: Exchange, keptForMs: number) => void;

/** A connection that carries one call at a time. A call that it has been given is "perhaps received" unless it is answered. */
export interface SendConnection {
  /** Only while no call is under way. `onEnded` is called once, and never before this returns. */
  readonly write: (request: string, onEnded: OnEnded) => void;
  /** The call under way is unclear for this reason, and the connection is closed. */
  readonly giveUp: (reason: string) => void;
  readonly isOpen: () => boolean;
  readonly destroy: () => void;
}

export interface SendConnectionDeps {
  readonly maxBytes: number;
  readonly onClosed: () => void;
}

export function sendConnection(socket: Socket, { maxBytes, onClosed }: SendConnectionDeps): SendConnection {
  let onEnded: OnEnded | undefined;
  /** Of the answer. */
  let received: Buffer | undefined;
  let failure = "closed";

  const end = (ended: Exchange, keptForMs: number): void => {
    const tell = onEnded;
    onEnded = undefined;
    received = undefined;
    if (keptForMs === 0) socket.destroy();
    tell?.(ended, keptForMs);
  };
  const giveUp = (reason: string): void => {
    end({ outcome: "unclear", reason }, 0);
  };
  const read = (isOver: boolean): void => {
    if (received === undefined) return;
    try {
      const answer = readHttpAnswer(received, isOver);
      if (answer !== undefined) {
        const { status, body, retryAfter, keptForMs } = answer;
        end({ outcome: "answered", status, body, retryAfter }, keptForMs);
      } else if (received.length > maxBytes) giveUp(answerTooLong);
    } catch (error) {
      giveUp(networkCode(error));
    }
  };

  socket.on("data", (chunk) => {
    // Nobody has asked for anything: whatever this is, the next answer would not be the next call's.
    if (onEnded === undefined) {
      socket.destroy();
      return;
    }
    received = received === undefined ? chunk : Buffer.concat([received, chunk]);
    read(false);
  });
  socket.on("end", () => {
    read(true);
    socket.destroy();
  });
  socket.on("error", (error) => {
    failure = networkCode(error);
  });
  socket.on("close", () => {
    giveUp(failure);
    onClosed();
  });

  return {
    write: (request, whenEnded) => {
      onEnded = whenEnded;
      socket.write(request);
    },
    giveUp,
    isOpen: () => socket.writable,
    destroy: () => socket.destroy(),
  };
}
