/**
 * The storage did not do what it was asked to; later it may. Says which request, and the service's or the system's own
 * code: never a name, an address, a key or a signature.
 */
export class StorageFailed extends Error {
  override readonly name = "StorageFailed";
  /** Of the answer; undefined when none came. */
  readonly status: number | undefined;
  readonly code: string | undefined;

  constructor(what: string, { status, code }: { readonly status?: number; readonly code?: string }) {
    super(`the storage did not ${what}: ${[status, code].filter((part) => part !== undefined).join(" ")}`);
    this.status = status;
    this.code = code;
  }
}
