import { spawn } from "node:child_process";
import type { Socket } from "node:net";

import type { Home } from "./embedded-home.ts";

export interface Sentinel {
  /** Calls it off: the server is stopped in good order. */
  readonly dismiss: () => void;
}

/** Waits for the end of its input, which comes with the end of the process that holds the other end. */
const script = `
cat > /dev/null
kill -INT "$1"
tenths=0
while kill -0 "$1" && [ "$tenths" -lt 100 ]; do sleep 0.1; tenths=$((tenths + 1)); done
shift
rm -rf -- "$@"`;

/** Ends the server and deletes its data when this process ends in whatever way, `kill -9` included. */
export function postSentinel({ dataDir, directory }: Home, pid: number): Sentinel {
  const child = spawn("/bin/sh", ["-c", script, "sh", String(pid), directory, dataDir], {
    cwd: "/",
    detached: true,
    stdio: ["pipe", "ignore", "ignore"],
  });
  child.unref();
  // The pipe is a socket, though its type does not say so, and must not keep us alive.
  (child.stdin as Socket).unref();
  return {
    dismiss: () => {
      child.kill("SIGKILL");
    },
  };
}
