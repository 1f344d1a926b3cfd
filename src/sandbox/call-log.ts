import type { ApiCall } from "./protocol.ts";
import { isUpload } from "./world/upload.ts";

/** The latest calls of the bot, for the panel of the chat page. */
export interface CallLog {
  readonly add: (call: Omit<ApiCall, "id" | "params"> & { readonly params: Readonly<Record<string, unknown>> }) => void;
  /** Oldest first. */
  readonly latest: () => readonly ApiCall[];
  readonly clear: () => void;
}

const keptCalls = 300;
const longestShown = 2000;

/** @param onCall called with each call as the panel shows it, if anybody looks. */
export function makeCallLog(onCall: (makeCall: () => ApiCall) => void): CallLog {
  let calls: ApiCall[] = [];
  let nextId = 1;
  return {
    add: (call) => {
      // Shortened only when somebody reads it: a bot under load makes thousands a second.
      const raw: ApiCall = { ...call, id: nextId };
      nextId += 1;
      calls.push(raw);
      if (calls.length > keptCalls * 2) calls = calls.slice(-keptCalls);
      onCall(() => shown(raw));
    },
    latest: () => calls.slice(-keptCalls).map(shown),
    clear: () => {
      calls = [];
    },
  };
}

function shown(call: ApiCall): ApiCall {
  return { ...call, params: shorten(call.params) as ApiCall["params"] };
}

function shorten(value: unknown): unknown {
  if (typeof value === "string") return value.length > longestShown ? `${value.slice(0, longestShown)}…` : value;
  if (isUpload(value)) return `${value.fileName} (${value.bytes.length} bytes)`;
  if (Array.isArray(value)) return value.map(shorten);
  if (typeof value !== "object" || value === null) return value;
  return Object.fromEntries(Object.entries(value).map(([key, member]) => [key, shorten(member)]));
}
