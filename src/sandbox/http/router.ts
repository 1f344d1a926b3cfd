import type { IncomingMessage, ServerResponse } from "node:http";

import { BotApiError } from "../api/bot-api-error.ts";
import { serveBotApi } from "./bot-api-http.ts";
import type { BotApiParts } from "./bot-api-http.ts";
import { replyJson } from "./json-reply.ts";
import { servePeople } from "./people-http.ts";
import type { PeopleParts } from "./people-http.ts";
import { sendBytes } from "./send-bytes.ts";
import { servePage } from "./static-page.ts";

export interface RouterParts {
  readonly botApi: BotApiParts;
  readonly people: PeopleParts;
  /** The built chat page; absent: there is none. */
  readonly pageDir: string | undefined;
}

export type Router = (request: IncomingMessage, response: ServerResponse) => Promise<void>;

/** Sends each request where it belongs. */
export function makeRouter({ botApi, people, pageDir }: RouterParts): Router {
  return async (request, response) => {
    const path = request.url ?? "/";
    if (path.startsWith("/bot")) await serveBotApi(botApi, request, response);
    else if (path.startsWith("/file/bot")) serveFile(botApi, request, response);
    else if (path.startsWith("/sandbox/api/")) await servePeople(people, request, response);
    else await servePageOrNothing(pageDir, request, response);
  };
}

/** `/file/bot<token>/<path>`: paths are looked up in memory, so there is nothing to climb out of. */
function serveFile({ context, token, faults }: BotApiParts, request: IncomingMessage, response: ServerResponse): void {
  const { pathname } = new URL(request.url ?? "/", "http://sandbox");
  const [, given, path = ""] = /^\/file\/bot([^/]+)\/(.+)$/.exec(pathname) ?? [];
  const file = context.world.files.findByPath(path);
  if (faults.takeOutage()) replyJson(response, 502, new BotApiError(502, "Bad Gateway"));
  else if (given !== token && given !== encodeURIComponent(token)) {
    replyJson(response, 401, new BotApiError(401, "Unauthorized"));
  } else if (file === undefined) replyJson(response, 404, new BotApiError(404, "Not Found"));
  else sendBytes(request, response, { bytes: file.bytes, contentType: file.mimeType });
}

async function servePageOrNothing(
  pageDir: string | undefined,
  request: IncomingMessage,
  response: ServerResponse,
): Promise<void> {
  const { pathname } = new URL(request.url ?? "/", "http://sandbox");
  if (pathname === "/sandbox" || pathname === "/") {
    response.writeHead(302, { location: "/sandbox/" }).end();
    return;
  }
  const isPage = pathname.startsWith("/sandbox/") && pageDir !== undefined;
  if (isPage && (await servePage(pageDir, pathname.slice("/sandbox/".length), request, response))) return;
  replyJson(response, 404, new BotApiError(404, "Not Found"));
}
