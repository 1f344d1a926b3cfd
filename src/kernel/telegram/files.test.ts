import assert from "node:assert/strict";
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { test } from "node:test";

import { AppError } from "#kernel/lib/errors.ts";
import { cleanUp } from "#test/support/clean-up.ts";
import { openPerson } from "#test/support/person.ts";
import { telegramRig } from "#test/support/telegram-rig.ts";

import type { BotApi } from "./bot-api.ts";
import { createTelegramFiles } from "./files.ts";

const rig = await telegramRig();
const files = createTelegramFiles(rig.api);
const dana = await openPerson(rig.sandbox.url, 700_000_001);
const pixel = Buffer.from(
  "iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg==",
  "base64",
);

test("a photo that a person sent is read", async () => {
  const { photo } = await dana.photo(pixel);
  const { body, path } = await files.download(photo?.[0]?.file_id ?? "", 10_000);
  assert.deepEqual(body, pixel);
  assert.ok(path.length > 0);
});

test("a local server says where the file lies, and it is read there", async () => {
  const directory = await mkdtemp(join(tmpdir(), "telecast-bot-api-"));
  cleanUp(async () => {
    await rm(directory, { recursive: true });
  });
  const path = join(directory, "photo.png");
  await writeFile(path, pixel);
  const call = async (): Promise<unknown> => await Promise.resolve({ file_id: "a", file_path: path });
  const local = createTelegramFiles({ ...rig.api, call: call as BotApi["call"] }, { isLocal: true });
  assert.deepEqual(await local.download("a", 10_000), { body: pixel, path: "photo.png" });
  await assert.rejects(local.download("a", 10), { code: "telegram.file_too_large" });
});

test("a file that is larger than allowed, or gone, is refused", async () => {
  const { photo } = await dana.photo(pixel);
  const isError = (code: string) => (error: unknown) => error instanceof AppError && error.code === code;
  await assert.rejects(files.download(photo?.[0]?.file_id ?? "", 10), isError("telegram.file_too_large"));
  await assert.rejects(files.download("nonsense", 10), isError("telegram.file_gone"));
});
