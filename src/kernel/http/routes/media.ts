import type { FastifyPluginAsync } from "fastify";
import type { ZodTypeProvider } from "fastify-type-provider-zod";
import { z } from "zod";

import type { Db } from "../../db/index.ts";
import { AppError } from "../../lib/errors.ts";
import type { MediaStore } from "../../media/index.ts";
import { notFound } from "../errors.ts";

/** `/media/{signed}`: a stored file for whoever has the signed, expiring link. Forged, too old or gone: 404, no hint. */
export function mediaRoutes(db: Db, media: MediaStore): FastifyPluginAsync {
  return async (plain) => {
    const app = plain.withTypeProvider<ZodTypeProvider>();
    app.get(
      "/media/:signed",
      {
        schema: {
          summary: "A file behind a signed, expiring link",
          tags: ["media"],
          params: z.object({ signed: z.string().max(500) }),
        },
      },
      async ({ params }, reply) => {
        const id = media.verifySigned(params.signed);
        const file = id === undefined ? undefined : await media.find(db, id);
        const body = file === undefined || file.erased ? undefined : await media.open(file.id);
        if (file === undefined || body === undefined) throw new AppError(notFound);
        return await reply
          .headers({
            "content-type": file.contentType,
            "content-length": file.bytes,
            "content-disposition": "inline",
            "content-security-policy": "sandbox; default-src 'none'",
            "cache-control": "private, no-store",
          })
          .send(body);
      },
    );
  };
}
