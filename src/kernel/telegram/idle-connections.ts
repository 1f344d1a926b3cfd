import type { Clock, Timer } from "../lib/clock.ts";
import type { SendConnection } from "./send-connection.ts";

/** Connections without a call. The one that was used last is used next, so that those which are not needed grow old. */
export interface IdleConnections {
  /** To be used again within `forMs`. */
  readonly put: (connection: SendConnection, forMs: number) => void;
  readonly take: () => SendConnection | undefined;
  readonly closeAll: () => void;
}

interface Idle {
  readonly connection: SendConnection;
  readonly untilMs: number;
}

/** Looks every `sweepMs` for connections that are past their time, while there are any. */
export function idleConnections(clock: Clock, sweepMs: number): IdleConnections {
  let idle: Idle[] = [];
  let sweeping: Timer | undefined;

  const sweep = (): void => {
    const nowMs = clock.monotonicMs();
    const [old, young] = [
      idle.filter(({ untilMs }) => untilMs <= nowMs),
      idle.filter(({ untilMs }) => untilMs > nowMs),
    ];
    idle = young;
    for (const { connection } of old) connection.destroy();
    sweeping = young.length > 0 ? clock.schedule(sweepMs, sweep) : undefined;
  };

  return {
    put: (connection, forMs) => {
      idle.push({ connection, untilMs: clock.monotonicMs() + forMs });
      sweeping ??= clock.schedule(sweepMs, sweep);
    },
    take: () => {
      for (let last = idle.pop(); last !== undefined; last = idle.pop()) {
        if (last.connection.isOpen() && last.untilMs > clock.monotonicMs()) return last.connection;
        last.connection.destroy();
      }
      return undefined;
    },
    closeAll: () => {
      sweeping?.cancel();
      sweeping = undefined;
      for (const { connection } of idle.splice(0)) connection.destroy();
    },
  };
}
