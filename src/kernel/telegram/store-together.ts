import type { Update } from "grammy/types";

import { isTransient } from "./transient.ts";

/** As many as one answer to polling holds. */
const mostTogether = 100;

interface Posted {
  readonly update: Update;
  readonly stored: () => void;
  readonly failed: (error: unknown) => void;
}

/**
 * A webhook gives one update at a time, on dozens of connections at once. Those that arrive while others are being stored
 * are stored together, in the order in which they came: one statement and one commit for all of them, however many they
 * are, and one connection to the database.
 * @returns a function that resolves after the commit and rejects when this update could not be stored.
 */
export function makeStoreTogether(
  store: (updates: readonly Update[]) => Promise<void>,
): (update: Update) => Promise<void> {
  let waiting: Posted[] = [];
  let isStoring = false;

  const settle = async (batch: readonly Posted[]): Promise<void> => {
    try {
      // Telegram posts one again when it did not hear the answer to the first: at the same moment it may be both.
      const different = new Map(batch.map(({ update }) => [update.update_id, update]));
      await store([...different.values()]);
      for (const { stored } of batch) stored();
    } catch (error) {
      if (batch.length === 1 || isTransient(error)) {
        for (const { failed } of batch) failed(error);
        return;
      }
      // One that the database does not take must not keep the others out. In their order: they may be of one chat.
      for (const posted of batch) await settle([posted]);
    }
  };

  const run = async (): Promise<void> => {
    isStoring = true;
    while (waiting.length > 0) {
      const batch = waiting.slice(0, mostTogether);
      waiting = waiting.slice(mostTogether);
      await settle(batch);
    }
    isStoring = false;
  };

  return async (update) => {
    await new Promise<void>((stored, failed) => {
      waiting.push({ update, stored, failed });
      if (!isStoring) void run();
    });
  };
}
