import type { FastifyPluginAsync, FastifyReply } from "fastify";
import type { ZodTypeProvider } from "fastify-type-provider-zod";
import { z } from "zod";

import type { Db } from "../../db/index.ts";
import { AppError } from "../../lib/errors.ts";
import type { ByteRange, MediaFile, MediaStore } from "../../media/index.ts";
import { readRange } from "../byte-range.ts";
import { notFound } from "../errors.ts";

/**
 * `/media/{signed}`: a stored file for whoever has the signed, expiring link, whole or in ranges (players seek, downloads
 * go on where they broke off). Forged, too old or gone: 404, no hint.
 */
export function mediaRoutes(db: Db, media: MediaStore): FastifyPluginAsync {
  return async (plain) => {
    const app = plain.withTypeProvider<ZodTypeProvider>();
    app.route({
      // By its own: the HEAD route that Fastify makes of a GET would open the file, and tell a length of 0.
      method: ["GET", "HEAD"],
      exposeHeadRoute: false,
      url: "/media/:signed",
      schema: {
        summary: "A file behind a signed, expiring link",
        description: "Answers one range of bytes with 206, and one outside the file with 416.",
        tags: ["media"],
        params: z.object({ signed: z.string().max(500) }),
      },
      handler: async ({ params, headers, method }, reply) => {
        const id = media.verifySigned(params.signed);
        const file = id === undefined ? undefined : await media.find(db, id);
        if (file === undefined || file.erased) throw new AppError(notFound);
        // What is stored under an id never changes.
        const etag = `"${file.id}"`;
        describe(reply, file).header("etag", etag);
        const { range, "if-range": ifRange } = headers;
        const wanted = readRange(
          { range, ifRange: typeof ifRange === "string" ? ifRange : undefined },
          { ...file, etag },
        );
        if (wanted === "unsatisfiable") {
          return await reply
            .code(416)
            .headers({ "content-range": `bytes */${file.bytes}`, "content-length": 0 })
            .send();
        }
        const part = wanted === "whole" ? undefined : wanted;
        if (part !== undefined)
          reply.code(206).header("content-range", `bytes ${part.first}-${part.last}/${file.bytes}`);
        reply.header("content-length", lengthOf(file, part));
        if (method === "HEAD") return await reply.send();
        const body = await media.open(file.id, part);
        if (body === undefined) throw new AppError(notFound);
        return await reply.send(body);
      },
    });
  };
}

/** Shown, never run: a file from outside must be nothing but a file, and no search engine's. */
function describe(reply: FastifyReply, { contentType, fileName }: MediaFile): FastifyReply {
  return reply.headers({
    "accept-ranges": "bytes",
    "content-type": contentType,
    "content-disposition": `inline; filename*=UTF-8''${encodeURIComponent(fileName).replaceAll("'", "%27")}`,
    // A browser's player fetches the rest of its film itself, which a sandboxed document may not.
    "content-security-policy": contentType.startsWith("video/")
      ? "default-src 'none'; media-src 'self'; style-src 'unsafe-inline'"
      : "sandbox; default-src 'none'",
    "cache-control": "private, no-store",
    "referrer-policy": "no-referrer",
    "x-robots-tag": "noindex, nofollow",
  });
}

function lengthOf({ bytes }: MediaFile, part: ByteRange | undefined): number {
  return part === undefined ? bytes : part.last - part.first + 1;
}
