import type { ApiCall } from "../../../src/sandbox/protocol.ts";

export function failed(call: ApiCall): boolean {
  return !call.ok;
}

/** The chat a call is about, when its parameters say so; forms send numbers as text. */
export function callChatId(call: ApiCall): number | undefined {
  const value = call.params["chat_id"] ?? call.params["user_id"];
  const id = typeof value === "string" && value.trim() !== "" ? Number(value) : value;
  return typeof id === "number" && Number.isSafeInteger(id) ? id : undefined;
}

/** The parameters as indented JSON; those that came as JSON in text (as forms send them) are unfolded. */
export function showParams(params: ApiCall["params"]): string {
  return JSON.stringify(params, (_name, value: unknown) => unfold(value), 2);
}

function unfold(value: unknown): unknown {
  if (typeof value !== "string" || !/^\s*[[{]/.test(value)) return value;
  try {
    return JSON.parse(value);
  } catch {
    // Text that only looks like JSON.
    return value;
  }
}
