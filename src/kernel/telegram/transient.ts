import { sqlState } from "../db/index.ts";
import { toError } from "../lib/errors.ts";

/** Connection trouble, lack of resources, shutdown, deadlock, lock timeout: the same work can succeed later. */
const states = /^(?:08|53|57P|40|55P03)/;
/** A socket that cannot be reached or broke. A file that is not there has other system calls. */
const socketCalls = new Set(["connect", "read", "write", "getaddrinfo"]);
/** pg says these without a code. */
const messages =
  /connection terminated|connection error and is not queryable|trying to connect|connection ended|has been discarded/i;

/** Whether the database is to blame and not the work: then it is done again, and nobody is told. */
export function isTransient(thrown: unknown): boolean {
  const state = sqlState(thrown);
  if (state !== undefined) return states.test(state);
  const error = toError(thrown);
  if ("syscall" in error && typeof error.syscall === "string") return socketCalls.has(error.syscall);
  return messages.test(error.message);
}
