import { mkdtemp, readdir, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";

import S3rver from "@20minutes/s3rver";

import { systemClock } from "#kernel/lib/clock.ts";
import { Secret } from "#kernel/lib/secret.ts";
import { createS3Files } from "#providers/storage/s3-files.ts";

import { cleanUp } from "./clean-up.ts";

/** A service that speaks S3 and checks the signature of every request, with one empty bucket. */
export interface S3Server {
  readonly url: string;
  readonly bucket: string;
  readonly accessKeyId: string;
  readonly secretAccessKey: string;
  /** The variables that set it up. */
  readonly environment: Readonly<Record<string, string>>;
  /** Whether it answers; connections are refused while it is away. */
  readonly setAway: (away: boolean) => Promise<void>;
  /** Everything that lies in the bucket. */
  readonly keys: () => Promise<readonly string[]>;
  /** Puts something there that is not Telecast's. */
  readonly put: (key: string, text: string) => Promise<void>;
}

/** The one account that this server knows. */
const account = "S3RVER";
/** How it names the bytes of an object on its disk. */
const objectEnding = "._S3rver_object";

/** Serves until the file's tests have ended. */
export async function s3Server(bucket = "telecast-media"): Promise<S3Server> {
  const directory = await mkdtemp(join(tmpdir(), "telecast-s3-"));
  let running: S3rver | undefined;
  const listen = async (port: number): Promise<number> => {
    running = new S3rver({
      address: "127.0.0.1",
      port,
      silent: true,
      directory,
      vhostBuckets: false,
      configureBuckets: [{ name: bucket }],
    });
    return (await running.run()).port;
  };
  const hangUp = async (): Promise<void> => {
    const server = running;
    running = undefined;
    server?.httpServer.closeAllConnections();
    await server?.close();
  };
  const port = await listen(0);
  cleanUp(async () => {
    await hangUp();
    await rm(directory, { recursive: true, force: true });
  });
  const url = `http://127.0.0.1:${port}`;
  return {
    url,
    bucket,
    accessKeyId: account,
    secretAccessKey: account,
    environment: {
      S3_ENDPOINT: url,
      S3_BUCKET: bucket,
      S3_ACCESS_KEY_ID: account,
      S3_SECRET_ACCESS_KEY: account,
    },
    setAway: async (away) => {
      if (away) await hangUp();
      else if (running === undefined) await listen(port);
    },
    keys: async () => {
      const files = await filesUnder(join(directory, bucket));
      return files.filter((file) => file.endsWith(objectEnding)).map((file) => file.slice(0, -objectEnding.length));
    },
    put: async (key, text) => {
      const at = key.lastIndexOf("/") + 1;
      const storage = createS3Files({
        endpoint: url,
        bucket,
        accessKeyId: new Secret(account),
        secretAccessKey: new Secret(account),
        region: "us-east-1",
        pathStyle: true,
        prefix: key.slice(0, at),
        clock: systemClock,
      });
      await storage.write(key.slice(at), Buffer.from(text), text.length);
      await storage.close?.();
    },
  };
}

/** The server removes a directory with its last file, perhaps while it is being read here: then all is read again. */
async function filesUnder(root: string): Promise<readonly string[]> {
  for (;;) {
    try {
      return await readdir(root, { recursive: true });
    } catch (error) {
      const { code, path } = error as NodeJS.ErrnoException;
      if (code !== "ENOENT" || path === root) throw error;
    }
  }
}
