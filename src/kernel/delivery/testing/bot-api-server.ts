import { createServer, type IncomingMessage, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";

/** A call as it arrived. */
export interface ReceivedCall {
  readonly method: string;
  readonly chatId: number;
  readonly payload: Readonly<Record<string, unknown>>;
  readonly atMs: number;
}

export type Reply =
  | "ok"
  | { readonly code: number; readonly description: string; readonly parameters?: Readonly<Record<string, number>> }
  /** Cuts the connection after the call has taken effect, or without any effect. */
  | "accept-and-drop"
  | "drop"
  /** Takes effect; the answer never comes (until the server closes). */
  | "hang";

/** The least Bot API a sender can be tried on: a journal of what took effect, and answers by script. */
export interface BotApiServer {
  readonly root: string;
  /** What took effect, in order. */
  readonly accepted: readonly ReceivedCall[];
  /** Every call, `getMe` not included. */
  readonly received: readonly ReceivedCall[];
  /** Decides what becomes of each call; undefined is ok. */
  answer: ((call: ReceivedCall) => Reply | undefined | Promise<Reply | undefined>) | undefined;
  /** Whether `getMe` is answered. */
  up: boolean;
  readonly close: () => Promise<void>;
}

export async function startBotApiServer(): Promise<BotApiServer> {
  const accepted: ReceivedCall[] = [];
  const received: ReceivedCall[] = [];
  let messageId = 1000;
  const server = createServer((request, response) => {
    void handle(request, response);
  });
  server.keepAliveTimeout = 60_000;

  const handle = async (request: IncomingMessage, response: ServerResponse): Promise<void> => {
    const method = request.url?.split("/").at(-1) ?? "";
    const payload = await readPayload(request).catch(() => undefined);
    // The caller gave up in the middle.
    if (payload === undefined) return;
    if (method === "getMe") {
      if (!api.up) request.socket.destroy();
      else respond(response, 200, { ok: true, result: { id: 1, is_bot: true, first_name: "bot" } });
      return;
    }
    const call = { method, chatId: Number(payload["chat_id"]), payload, atMs: performance.now() };
    received.push(call);
    const reply = (await api.answer?.(call)) ?? "ok";
    if (reply === "drop") {
      request.socket.destroy();
      return;
    }
    if (typeof reply === "object") {
      const { code, description, parameters } = reply;
      respond(response, code, { ok: false, error_code: code, description, ...(parameters && { parameters }) });
      return;
    }
    accepted.push(call);
    messageId += 1;
    if (reply === "accept-and-drop") request.socket.destroy();
    else if (reply === "ok") respond(response, 200, { ok: true, result: resultOf(method, payload, messageId) });
  };

  const api: BotApiServer = {
    get root() {
      const { port } = server.address() as AddressInfo;
      return `http://127.0.0.1:${port}`;
    },
    accepted,
    received,
    answer: undefined,
    up: true,
    close: async () => {
      server.closeAllConnections();
      await new Promise((resolve) => {
        server.close(resolve);
      });
    },
  };
  await new Promise<void>((resolve) => {
    server.listen(0, "127.0.0.1", resolve);
  });
  return api;
}

function resultOf(method: string, payload: Readonly<Record<string, unknown>>, messageId: number): unknown {
  const id = method.startsWith("edit") ? payload["message_id"] : messageId;
  const message = { message_id: id, date: 0, chat: { id: payload["chat_id"] } };
  if (method === "sendPhoto") return { ...message, photo: [{ file_id: "small" }, { file_id: `file-${messageId}` }] };
  if (method === "sendVideo") return { ...message, video: { file_id: `file-${messageId}` } };
  if (method === "sendDocument") return { ...message, document: { file_id: `file-${messageId}` } };
  if (method === "editMessageMedia") return { ...message, video: { file_id: `file-${messageId}` } };
  if (method === "sendMediaGroup") {
    const media = payload["media"] as readonly { type: string }[];
    return media.map(({ type }, index) => ({
      message_id: messageId * 100 + index,
      ...(type === "photo"
        ? { photo: [{ file_id: `file-${messageId}-${index}` }] }
        : { [type]: { file_id: `file-${messageId}-${index}` } }),
    }));
  }
  return message;
}

function respond(response: ServerResponse, status: number, body: unknown): void {
  const text = JSON.stringify(body);
  response.writeHead(status, { "content-type": "application/json", "content-length": Buffer.byteLength(text) });
  response.end(text);
}

async function readPayload(request: IncomingMessage): Promise<Record<string, unknown>> {
  const chunks: Buffer[] = [];
  for await (const chunk of request) chunks.push(chunk as Buffer);
  const body = Buffer.concat(chunks).toString("latin1");
  const type = request.headers["content-type"] ?? "";
  if (type.startsWith("multipart/form-data")) return readMultipart(body);
  return body === "" ? {} : (JSON.parse(Buffer.concat(chunks).toString()) as Record<string, unknown>);
}

/** Fields as text, JSON parsed; files as `{ fileName, bytes }`. */
function readMultipart(body: string): Record<string, unknown> {
  const boundary = body.slice(0, body.indexOf("\r\n"));
  const fields: Record<string, unknown> = {};
  for (const part of body.split(boundary).slice(1, -1)) {
    const [head = "", ...rest] = part.split("\r\n\r\n");
    const content = rest.join("\r\n\r\n").slice(0, -2);
    const name = /name="([^"]*)"/.exec(head)?.[1] ?? "";
    const fileName = /filename="([^"]*)"/.exec(head)?.[1];
    fields[name] = fileName === undefined ? parsed(content) : { fileName, bytes: content.length };
  }
  return fields;
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return text;
  }
}
