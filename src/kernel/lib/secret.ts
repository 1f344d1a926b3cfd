import { inspect } from "node:util";

/** A value that prints as `[secret]` wherever it ends up (logs, errors, JSON). `reveal()` marks each place that uses it. */
export class Secret {
  readonly #value: string;

  constructor(value: string) {
    this.#value = value;
  }

  reveal(): string {
    return this.#value;
  }

  toString(): string {
    return "[secret]";
  }

  toJSON(): string {
    return "[secret]";
  }

  [inspect.custom](): string {
    return "[secret]";
  }
}
