/** An answer as it stands on the wire, read as far as a sender of small calls needs it (RFC 9112). */
export interface HttpAnswer {
  readonly status: number;
  /** As it was sent; empty when it was not. */
  readonly retryAfter: string;
  readonly body: Buffer;
  /** How long the server keeps the connection, as far as it says; 0: no longer. */
  readonly keptForMs: number;
}

/** What came is not HTTP/1.1, or contradicts itself: nothing on this connection can be believed any more. */
export class MalformedAnswer extends Error {
  override readonly name = "MalformedAnswer";
}

const blankLine = Buffer.from("\r\n\r\n");
const longestHead = 16_384;
const longestChunkLine = 1024;

/**
 * The answer at the beginning of `bytes`, all that has come on a connection since the request; undefined while some of it
 * is missing. `isOver`: nothing more will come. An interim answer (1xx) is passed over.
 * @throws MalformedAnswer
 */
export function readHttpAnswer(bytes: Buffer, isOver: boolean): HttpAnswer | undefined {
  let from = 0;
  for (;;) {
    const headEnd = bytes.indexOf(blankLine, from);
    if ((headEnd === -1 ? bytes.length : headEnd) - from > longestHead) throw new MalformedAnswer("a head too long");
    if (headEnd === -1) return undefined;
    const head = readHead(bytes.toString("latin1", from, headEnd));
    from = headEnd + blankLine.length;
    if (head.status >= 200) return withBody(head, bytes.subarray(from), isOver);
  }
}

function withBody(head: Head, rest: Buffer, isOver: boolean): HttpAnswer | undefined {
  const body = readBody(head, rest, isOver);
  if (body === undefined) return undefined;
  const { status, retryAfter } = head;
  // Bytes that belong to no answer: whatever comes next on this connection may be anybody's.
  const isInStep = body.ends && body.length === rest.length;
  return { status, retryAfter, body: body.content, keptForMs: isInStep ? head.keptForMs : 0 };
}

interface Head {
  readonly status: number;
  retryAfter: string;
  keptForMs: number;
  contentLength: number | undefined;
  isChunked: boolean;
}

const statusLine = /^HTTP\/1\.([01]) ([1-9]\d\d)(?: |$)/;

function readHead(text: string): Head {
  const lines = text.split("\r\n");
  const [, minor, code] = statusLine.exec(lines[0] ?? "") ?? [];
  if (code === undefined || code === "101") throw new MalformedAnswer("not an answer of HTTP/1.1");
  const keptForMs = minor === "1" ? Number.POSITIVE_INFINITY : 0;
  const head: Head = { status: Number(code), retryAfter: "", keptForMs, contentLength: undefined, isChunked: false };
  for (let at = 1; at < lines.length; at += 1) noteHeader(head, lines[at] ?? "");
  if (head.isChunked && head.contentLength !== undefined) throw new MalformedAnswer("two lengths");
  return head;
}

function noteHeader(head: Head, line: string): void {
  const colon = line.indexOf(":");
  const name = line.slice(0, colon).toLowerCase();
  if (colon < 1 || /[\s\0]/.test(name)) throw new MalformedAnswer("a header without a name");
  switch (name) {
    case "content-length":
      head.contentLength = lengthIn(valueOf(line, colon), head.contentLength);
      break;
    case "transfer-encoding":
      if (head.isChunked || valueOf(line, colon).toLowerCase() !== "chunked") throw new MalformedAnswer("an encoding");
      head.isChunked = true;
      break;
    case "connection":
      if (/\bclose\b/i.test(line)) head.keptForMs = 0;
      break;
    case "keep-alive":
      head.keptForMs = Math.min(head.keptForMs, hintedMs(line));
      break;
    case "retry-after":
      head.retryAfter = valueOf(line, colon);
      break;
  }
}

function valueOf(line: string, colon: number): string {
  return line.slice(colon + 1).trim();
}

function lengthIn(value: string, known: number | undefined): number {
  const length = Number(value);
  if (!/^\d{1,15}$/.test(value) || (known !== undefined && known !== length)) throw new MalformedAnswer("no length");
  return length;
}

function hintedMs(line: string): number {
  const seconds = /timeout=(\d{1,9})/i.exec(line)?.[1];
  return seconds === undefined ? Number.POSITIVE_INFINITY : Number(seconds) * 1000;
}

interface Body {
  readonly content: Buffer;
  /** On the wire. */
  readonly length: number;
  /** By its own account, not because the connection is over. */
  readonly ends: boolean;
}

function readBody({ status, isChunked, contentLength }: Head, rest: Buffer, isOver: boolean): Body | undefined {
  if (status === 204 || status === 304) return { content: Buffer.alloc(0), length: 0, ends: true };
  if (isChunked) return readChunks(rest);
  if (contentLength === undefined) return isOver ? { content: rest, length: rest.length, ends: false } : undefined;
  if (rest.length < contentLength) return undefined;
  return { content: rest.subarray(0, contentLength), length: contentLength, ends: true };
}

const chunkLine = /^([0-9a-f]{1,8})[ \t]*(?:;.*)?$/i;

function readChunks(rest: Buffer): Body | undefined {
  const chunks: Buffer[] = [];
  let at = 0;
  for (;;) {
    const lineEnd = rest.indexOf("\r\n", at, "latin1");
    if ((lineEnd === -1 ? rest.length : lineEnd) - at > longestChunkLine) throw new MalformedAnswer("no chunk");
    if (lineEnd === -1) return undefined;
    const size = chunkLine.exec(rest.toString("latin1", at, lineEnd))?.[1];
    if (size === undefined) throw new MalformedAnswer("no chunk");
    const begin = lineEnd + 2;
    const end = begin + Number.parseInt(size, 16);
    if (end === begin) return afterTrailers(rest, begin, chunks);
    if (rest.length < end + 2) return undefined;
    if (rest[end] !== 13 || rest[end + 1] !== 10) throw new MalformedAnswer("a chunk of another length");
    chunks.push(rest.subarray(begin, end));
    at = end + 2;
  }
}

/** Headers may follow the last chunk; nothing in them matters here. */
function afterTrailers(rest: Buffer, begin: number, chunks: readonly Buffer[]): Body | undefined {
  let at = begin;
  for (;;) {
    const lineEnd = rest.indexOf("\r\n", at, "latin1");
    if ((lineEnd === -1 ? rest.length : lineEnd) - begin > longestHead)
      throw new MalformedAnswer("its end is too long");
    if (lineEnd === -1) return undefined;
    const isBlank = lineEnd === at;
    at = lineEnd + 2;
    if (isBlank) return { content: Buffer.concat(chunks), length: at, ends: true };
  }
}
