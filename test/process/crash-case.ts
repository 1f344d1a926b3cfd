import type { CommitPoint, Fate } from "#test/support/commit-gate.ts";
import type { Customer } from "#test/support/customer.ts";
import type { Deployment } from "#test/support/deployment.ts";
import type { Program } from "#test/support/program.ts";

/** One commit of the crash matrix. Each case has a person of its own, so that one kill meets many of them. */
export interface Case {
  readonly name: string;
  /** What a person must have done before. */
  readonly prepare?: (customer: Customer) => Promise<unknown>;
  /** The commit. `id` is the person's, and of his chat. */
  readonly point: (id: number) => CommitPoint;
  /** What leads to it. Whether it comes to an end does not matter. */
  readonly act: (customer: Customer, deployment: Situation) => unknown;
  /** What must be seen when all has settled. */
  readonly check: (customer: Customer, seen: Seen) => Promise<void> | void;
}

export interface Situation {
  readonly deployment: Deployment;
  readonly program: Program;
}

export interface Seen extends Situation {
  readonly fate: Fate;
}

/** How often the bot has said so in the private chat. */
export const said = (customer: Customer, what: string): number =>
  customer.heard().filter((message) => JSON.stringify(message).includes(what)).length;

/** An update is stored (`insert`) or handled (`update`). */
export const updatePoint =
  (event: "insert" | "update", kind: string) =>
  (id: number): CommitPoint => ({
    table: "telegram.update",
    event,
    when: `new.chat_id = ${id} and new.kind = '${kind}'${event === "update" ? " and new.state = 'handled'" : ""}`,
  });
