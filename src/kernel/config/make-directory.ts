import { existsSync, mkdirSync } from "node:fs";
import { dirname, resolve } from "node:path";

/**
 * Makes a directory with its parents. Step by step instead of with `recursive`, which never comes back for a path
 * below `/proc` (Node 24.21): a mistyped variable must be an error, not a program that hangs.
 * @throws the system's error when it cannot be made.
 */
export function makeDirectory(path: string): void {
  const directory = resolve(path);
  if (existsSync(directory)) return;
  makeDirectory(dirname(directory));
  try {
    mkdirSync(directory);
  } catch (error) {
    // Another program that starts at the same time has made it.
    if ((error as NodeJS.ErrnoException).code !== "EEXIST") throw error;
  }
}
