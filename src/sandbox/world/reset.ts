import { clearInline } from "./inline.ts";
import type { World } from "./world.ts";

/** Empties the world. What the bot has set up at its start (commands, descriptions, webhook) stays, as do the counters. */
export function resetWorld(world: World): void {
  for (const checkout of world.bank.checkouts.values()) {
    checkout.settle({ ok: false, late: true, message: "The sandbox was reset. Nothing was paid." });
  }
  world.people.clear();
  world.chats.clear();
  world.files.clear();
  world.callbacks.clear();
  clearInline(world.inline);
  world.updates.clear();
  world.bank.balance = 0;
  world.bank.transactions.length = 0;
  world.bank.payments.clear();
  world.bank.links.clear();
  world.bank.subscriptions.clear();
}
