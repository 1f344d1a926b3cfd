import type { ByteRange } from "../media/index.ts";

/**
 * What a request for a file of `bytes` wants (RFC 9110, 14): one range of it, or all. Several ranges, other units and
 * nonsense are answered with the whole file, as the RFC allows; a range that begins after the end is unsatisfiable.
 * @param ifRange only a range of this very version: another validator than `etag` means the whole file.
 */
export function readRange(
  { range, ifRange }: { readonly range: string | undefined; readonly ifRange: string | undefined },
  { bytes, etag }: { readonly bytes: number; readonly etag: string },
): ByteRange | "whole" | "unsatisfiable" {
  if (range === undefined || (ifRange !== undefined && ifRange !== etag)) return "whole";
  const [, from = "", to = ""] = /^bytes=(\d{0,15})-(\d{0,15})$/.exec(range.replaceAll(" ", "")) ?? [];
  if (from === "") return to === "" ? "whole" : tail(Number(to), bytes);
  const [first, last] = [Number(from), to === "" ? Infinity : Number(to)];
  if (last < first) return "whole";
  return first < bytes ? { first, last: Math.min(last, bytes - 1) } : "unsatisfiable";
}

function tail(length: number, bytes: number): ByteRange | "unsatisfiable" {
  return length > 0 && bytes > 0 ? { first: Math.max(0, bytes - length), last: bytes - 1 } : "unsatisfiable";
}
