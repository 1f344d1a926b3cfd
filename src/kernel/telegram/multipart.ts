import { Readable } from "node:stream";

/** A file to be uploaded. A stream is read once and destroyed, whatever becomes of the call. */
export interface UploadFile {
  readonly body: Buffer | Readable;
  readonly fileName: string;
  readonly contentType: string;
}

export interface Multipart {
  readonly contentType: string;
  readonly body: Readable;
}

/**
 * Form data as the Bot API reads it: scalars as text, everything else as JSON, files under the names that
 * `attach://<name>` refers to. Streams: a video of 50 MB never stands in memory.
 * @param boundary text that occurs in no part.
 */
export function multipart(
  fields: Readonly<Record<string, unknown>>,
  files: Readonly<Record<string, UploadFile>>,
  boundary: string,
): Multipart {
  return {
    contentType: `multipart/form-data; boundary=${boundary}`,
    body: Readable.from(parts(fields, files, boundary), { objectMode: false }),
  };
}

async function* parts(
  fields: Readonly<Record<string, unknown>>,
  files: Readonly<Record<string, UploadFile>>,
  boundary: string,
): AsyncGenerator<string | Buffer> {
  let head = "";
  for (const [name, value] of Object.entries(fields)) {
    if (value === undefined) continue;
    const text = typeof value === "string" ? value : JSON.stringify(value);
    head += `--${boundary}\r\ncontent-disposition: form-data; name="${quoted(name)}"\r\n\r\n${text}\r\n`;
  }
  for (const [name, { body, fileName, contentType }] of Object.entries(files)) {
    const disposition = `form-data; name="${quoted(name)}"; filename="${quoted(fileName)}"`;
    yield `${head}--${boundary}\r\ncontent-disposition: ${disposition}\r\ncontent-type: ${contentType}\r\n\r\n`;
    if (Buffer.isBuffer(body)) yield body;
    else yield* body as AsyncIterable<Buffer>;
    head = "\r\n";
  }
  yield `${head}--${boundary}--\r\n`;
}

/** As browsers write names in a header: a quote or a line break would end it. */
function quoted(name: string): string {
  return name.replaceAll('"', "%22").replaceAll("\r", "%0D").replaceAll("\n", "%0A");
}
