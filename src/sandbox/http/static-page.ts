import { readFile } from "node:fs/promises";
import type { IncomingMessage, ServerResponse } from "node:http";
import { extname, resolve, sep } from "node:path";

import { sendBytes } from "./send-bytes.ts";

const contentTypes: Readonly<Record<string, string>> = {
  ".html": "text/html; charset=utf-8",
  ".js": "text/javascript; charset=utf-8",
  ".css": "text/css; charset=utf-8",
  ".json": "application/json; charset=utf-8",
  ".svg": "image/svg+xml",
  ".png": "image/png",
  ".jpg": "image/jpeg",
  ".webp": "image/webp",
  ".ico": "image/x-icon",
  ".woff2": "font/woff2",
  ".ttf": "font/ttf",
  ".map": "application/json; charset=utf-8",
};

/**
 * Answers with a file of the built page; `path` is what follows `/sandbox/`, still encoded. Nothing outside of the
 * directory can be named: the path is resolved first and must still begin with the directory.
 * @returns false when there is no such file.
 */
export async function servePage(
  directory: string,
  path: string,
  request: IncomingMessage,
  response: ServerResponse,
): Promise<boolean> {
  const root = resolve(directory);
  const decoded = decodePath(path);
  if (decoded === undefined) return false;
  // Paths without an extension (an invoice link) are the page's own business.
  const file = resolve(root, extname(decoded) === "" ? "index.html" : decoded);
  if (!file.startsWith(root + sep)) return false;
  const bytes = await readFile(file).catch(() => undefined);
  if (bytes === undefined) return false;
  sendBytes(request, response, { bytes, contentType: contentTypes[extname(file)] ?? "application/octet-stream" });
  return true;
}

function decodePath(path: string): string | undefined {
  try {
    const decoded = decodeURIComponent(path);
    return decoded.includes("\0") ? undefined : decoded;
  } catch {
    // A stray percent sign: there is no such file.
    return undefined;
  }
}
