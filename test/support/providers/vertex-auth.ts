import type { VeoDeps } from "#providers/video/google/veo-provider.ts";

import { vertexToken } from "./google-server.ts";

/** Credentials of the stand-in: Google's library asks for nothing else of a client, and fetches no token. */
export function vertexAuth(token = vertexToken): NonNullable<VeoDeps["auth"]> {
  const authClient = {
    getRequestHeaders: async () => await Promise.resolve(new Headers({ authorization: `Bearer ${token}` })),
  };
  return { authClient } as unknown as NonNullable<VeoDeps["auth"]>;
}
