import { randomUUID } from "node:crypto";
import { buffer } from "node:stream/consumers";

import type { Config } from "#kernel/config/index.ts";
import type { Clock } from "#kernel/lib/clock.ts";
import { openStorage } from "#providers/storage/open-storage.ts";
import { StorageFailed } from "#providers/storage/storage-failed.ts";

import { reasonOf } from "./check-telegram.ts";
import { failed, type Finding, notice, ok } from "./finding.ts";

const timeoutMs = 5000;

/** Whether others reach us where we say that they do. */
export async function checkPublicUrl(config: Config, isRunning: boolean): Promise<Finding> {
  const check = "public-url";
  const { PUBLIC_URL: given, TELEGRAM_WEBHOOK_URL: webhook } = config;
  const url = given ?? (webhook === undefined ? undefined : new URL(webhook).origin);
  if (url === undefined) {
    return notice(
      check,
      "PUBLIC_URL is not set: links lead to this machine only",
      "Set it when video providers are to fetch pictures or call back, or videos above 50 MB are to be handed over.",
    );
  }
  const { host } = new URL(url);
  try {
    const answer = await fetch(`${url}/livez`, { signal: AbortSignal.timeout(timeoutMs), redirect: "manual" });
    const body = await answer.text();
    if (answer.status === 200 && body.includes('"ok"')) return ok(check, `${host} leads to a running program`);
    const detail = `${host} answers, but not as this program does (status ${answer.status})`;
    return failed(check, detail, "Let the reverse proxy pass everything on to HOST:PORT.");
  } catch (error) {
    const detail = `${host} does not answer (${reasonOf(error)})`;
    if (!isRunning) return notice(check, `${detail}; the program does not run`, "Start it, then ask again.");
    return failed(check, detail, "See DNS, certificate, firewall and reverse proxy of that address.");
  }
}

/** Which outside services are to be used; the keys themselves are tried by the first video. */
export function checkProviders(config: Config): Finding {
  const check = "providers";
  const isSet: Readonly<Record<string, boolean>> = {
    "KIE.ai": (config.KIE_AI_API_KEY ?? config.BRS_AI_API_KEY) !== undefined,
    A2E: config.A2E_API_KEY !== undefined,
    "Google (Vertex AI)": config.GOOGLE_CLOUD_PROJECT_ID !== undefined,
    "Google (Gemini)": config.GEMINI_API_KEY !== undefined,
    fal: config.FAL_API_KEY !== undefined,
    Replicate: config.REPLICATE_API_TOKEN !== undefined,
  };
  const names = Object.keys(isSet).filter((name) => isSet[name] === true);
  if (names.length > 0) return ok(check, `set up: ${names.join(", ")}`);
  const fix = "Set KIE_AI_API_KEY, A2E_API_KEY, GEMINI_API_KEY or GOOGLE_CLOUD_PROJECT_ID for real ones.";
  return notice(check, "no key of a video provider is set: videos come from the demo", fix);
}

/** Writes a few bytes, reads and removes them: keys that may do only some of that are found before a job needs the rest. */
export async function checkStorage(config: Config, clock: Clock): Promise<Finding> {
  const check = "storage";
  const { S3_ENDPOINT: endpoint, S3_BUCKET: bucket = "" } = config;
  if (endpoint === undefined) return ok(check, "media files are kept in DATA_DIR");
  // A corner of its own: the program's sweep does not look there, and neither does anybody's job.
  const storage = openStorage({ config, clock, cipher: { fingerprint: "doctor" } });
  const name = `doctor-${randomUUID()}`;
  const where = `bucket ${bucket} at ${new URL(endpoint).host}`;
  try {
    await storage.write(name, Buffer.from(name), name.length);
    const stream = await storage.read(name);
    const text = stream === undefined ? "" : (await buffer(stream)).toString();
    await storage.remove(name);
    for await (const _ of storage.writtenBefore(new Date(0))) break;
    if (text === name) return ok(check, `${where} takes, gives and removes files`);
    return failed(check, `${where} does not give back what it took`, "See whether S3_ENDPOINT is an S3 service.");
  } catch (error) {
    if (!(error instanceof StorageFailed)) throw error;
    return failed(check, `${where}: ${error.message}`, storageFixes[error.code ?? ""] ?? usualStorageFix);
  } finally {
    await storage.close?.();
  }
}

const usualStorageFix = "See S3_ENDPOINT, S3_REGION and S3_PATH_STYLE, and whether the service is reached from here.";
const storageFixes: Readonly<Record<string, string>> = {
  NoSuchBucket: "Make the bucket, or correct S3_BUCKET.",
  InvalidAccessKeyId: "Correct S3_ACCESS_KEY_ID.",
  SignatureDoesNotMatch: "Correct S3_SECRET_ACCESS_KEY (and S3_REGION).",
  AccessDenied: "Allow this key to read, write, list and delete objects in the bucket.",
  RequestTimeTooSkewed: "Set this machine's clock right.",
};

export async function checkSignIn({ JWT_SECRET: secret, JWT_JWKS_URL: url }: Config): Promise<Finding> {
  const check = "sign-in";
  if (url === undefined) {
    return ok(check, secret === undefined ? "web users cannot sign in: not set up" : "web users sign in by JWT_SECRET");
  }
  try {
    const answer = await fetch(url, { signal: AbortSignal.timeout(timeoutMs), redirect: "error" });
    const set = (await answer.json()) as { keys?: unknown };
    if (Array.isArray(set.keys) && set.keys.length > 0) return ok(check, `JWT_JWKS_URL has ${set.keys.length} keys`);
    return failed(check, "JWT_JWKS_URL answers, but not with keys", "Set it to the address of the key set itself.");
  } catch (error) {
    return failed(check, `JWT_JWKS_URL does not answer (${reasonOf(error)})`, "See whether it is reached from here.");
  }
}
