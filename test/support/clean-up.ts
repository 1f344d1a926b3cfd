import { after } from "node:test";

const tasks: (() => unknown)[] = [];

/**
 * Runs `task` after the file's tests, last registered first: what was started on top of something ends before it.
 * (`after` hooks run first to last, which would take the database from under what still uses it.)
 */
export function cleanUp(task: () => unknown): void {
  if (tasks.length === 0) {
    after(async () => {
      for (let next = tasks.pop(); next !== undefined; next = tasks.pop()) await next();
    });
  }
  tasks.push(task);
}
