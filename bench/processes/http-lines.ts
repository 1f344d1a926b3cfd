import { createServer, type Server, type Socket } from "node:net";

export interface LineRequest {
  readonly path: string;
  readonly body: string;
}

/** Writes the answer's JSON; may be called later. */
export type Respond = (status: 200 | 429, json: string) => void;

const endOfHead = "\r\n\r\n";

/**
 * The least HTTP server there is: requests with a Content-Length, answers in JSON, connections kept alive. Node's own
 * takes as long for a request as the loops that are measured here, and would be what is measured.
 */
export function createHttpLines(handle: (request: LineRequest, respond: Respond) => void): Server {
  return createServer({ noDelay: true }, (socket) => {
    let rest = "";
    socket.setEncoding("latin1");
    socket.on("error", () => undefined);
    socket.on("data", (text: string) => {
      rest = rest === "" ? text : rest + text;
      for (;;) {
        const request = take(rest);
        if (request === undefined) return;
        rest = rest.slice(request.length);
        handle(request, (status, json) => {
          respond(socket, status, json);
        });
      }
    });
  });
}

function take(text: string): (LineRequest & { readonly length: number }) | undefined {
  const headEnd = text.indexOf(endOfHead);
  if (headEnd < 0) return undefined;
  const head = text.slice(0, headEnd);
  const bodyLength = Number(/\r\ncontent-length: *(\d+)/i.exec(head)?.[1] ?? 0);
  const length = headEnd + endOfHead.length + bodyLength;
  if (text.length < length) return undefined;
  const pathStart = head.indexOf(" ") + 1;
  return {
    path: head.slice(pathStart, head.indexOf(" ", pathStart)),
    body: text.slice(headEnd + endOfHead.length, length),
    length,
  };
}

function respond(socket: Socket, status: 200 | 429, json: string): void {
  const phrase = status === 200 ? "200 OK" : "429 Too Many Requests";
  socket.write(
    `HTTP/1.1 ${phrase}\r\nContent-Type: application/json\r\nContent-Length: ${json.length}\r\nConnection: keep-alive\r\n\r\n${json}`,
  );
}
