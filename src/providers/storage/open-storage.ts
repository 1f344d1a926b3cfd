import { join, resolve } from "node:path";

import type { Config } from "#kernel/config/index.ts";
import type { Cipher } from "#kernel/lib/cipher.ts";
import type { Clock } from "#kernel/lib/clock.ts";
import { createLocalFiles, type FileStorage } from "#kernel/media/index.ts";

import { createS3Files } from "./s3-files.ts";

export interface StorageDeps {
  readonly config: Config;
  readonly clock: Clock;
  readonly cipher: Pick<Cipher, "fingerprint">;
}

/** Where media files lie: in the S3 bucket when one is set up, below `DATA_DIR` otherwise. */
export function openStorage({ config, clock, cipher }: StorageDeps): FileStorage {
  const { S3_ENDPOINT: endpoint, S3_BUCKET: bucket, S3_REGION: region, S3_PATH_STYLE: pathStyle } = config;
  const { S3_ACCESS_KEY_ID: accessKeyId, S3_SECRET_ACCESS_KEY: secretAccessKey } = config;
  const isComplete = endpoint !== undefined && bucket !== undefined;
  if (!isComplete || accessKeyId === undefined || secretAccessKey === undefined) {
    return createLocalFiles(join(resolve(config.DATA_DIR), "media"));
  }
  // A deployment has its own key, and so its own corner of a bucket that others use too: its sweep removes what it
  // has no record of.
  const prefix = `telecast/${cipher.fingerprint}/`;
  return createS3Files({ endpoint, bucket, accessKeyId, secretAccessKey, region, pathStyle, prefix, clock });
}
