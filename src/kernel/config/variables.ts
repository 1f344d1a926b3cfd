import { z } from "zod";

import { Secret } from "../lib/secret.ts";

/** Fixed names (outside tools rely on them). Each says what is expected, because that sentence is the whole error. */

const secret = (expected: string, pattern = /^[\s\S]+$/): z.ZodType<Secret | undefined, string | undefined> =>
  z
    .string()
    .regex(pattern, expected)
    .transform((value) => new Secret(value))
    .optional()
    .meta({ secret: true });

const url = (expected: string, protocols: readonly string[]): z.ZodType<string, string> =>
  z.string().refine((value) => URL.canParse(value) && protocols.includes(new URL(value).protocol), expected);

const httpUrl = (expected: string): z.ZodType<string, string> =>
  url(expected, ["http:", "https:"]).transform((value) => value.replace(/\/+$/, ""));

const whole = (expected: string, least: number, most: number): z.ZodType<number, string> =>
  z
    .string()
    .refine((value) => /^\d+$/.test(value) && Number(value) >= least && Number(value) <= most, expected)
    .transform(Number);

/** A pace limit: absent means the stored setting decides, 0 means no limit. */
const pace = (unit: string): z.ZodType<number | undefined, string | undefined> =>
  z
    .string()
    .refine((value) => /^\d+(\.\d+)?$/.test(value), `expected a number of messages per ${unit}, 0 for no limit`)
    .transform(Number)
    .optional();

const chatIds = z
  .string()
  .refine(
    (value) => value.split(",").every((part) => /^\s*-?\d{1,16}\s*$/.test(part)),
    "expected Telegram chat ids separated by commas, such as 123456789,-1001234567890",
  )
  .transform((value) => value.split(",").map(Number))
  .default([]);

const yesOrNo = z.enum(["yes", "no"], "expected yes or no").transform((value) => value === "yes");

const botToken = /^\d{3,16}:[A-Za-z0-9_-]{20,}$/;

export const variables = {
  TELEGRAM_BOT_TOKEN: secret("expected a token as @BotFather gives it, such as 123456789:AAE…", botToken),
  TELEGRAM_API_ROOT: httpUrl("expected the URL of a Bot API server").default("https://api.telegram.org"),
  TELEGRAM_API_LOCAL: yesOrNo.default(false),
  TELEGRAM_WEBHOOK_URL: httpUrl(
    "expected the public URL at which Telegram reaches /api/telegram/webhook, such as https://bot.example.org",
  ).optional(),
  TELEGRAM_WEBHOOK_SECRET: secret("expected 1 to 256 characters of A-Z a-z 0-9 _ -", /^[\w-]{1,256}$/),
  ADMIN_CHAT_IDS: chatIds,
  MONITORING_CHAT_IDS: chatIds,
  DATABASE_URL: url("expected a PostgreSQL URL, such as postgresql://user:password@host:5432/telecast", [
    "postgres:",
    "postgresql:",
  ])
    .transform((value) => new Secret(value))
    .optional()
    .meta({ secret: true }),
  DATA_DIR: z.string().default("./data"),
  HOST: z.string().default("127.0.0.1"),
  PORT: whole("expected a TCP port from 0 to 65535", 0, 65_535).default(8080),
  PUBLIC_URL: httpUrl("expected the URL at which others reach this server, such as https://bot.example.org").optional(),
  JWT_SECRET: secret(
    "expected at least 32 characters, the secret with which web users' tokens are signed",
    /^[\s\S]{32,}$/,
  ),
  JWT_JWKS_URL: httpUrl("expected the URL of a JSON Web Key Set, such as https://id.example.org/jwks.json").optional(),
  JWT_AUDIENCE: z.string().optional(),
  JWT_ISSUER: z.string().optional(),
  TELECAST_API_KEY: secret("expected at least 24 characters without spaces", /^\S{24,}$/),
  ENCRYPTION_KEY: secret(
    "expected 32 bytes in base64, as `openssl rand -base64 32` prints them",
    /^[A-Za-z0-9+/_-]{43}=?$/,
  ),
  KIE_AI_API_KEY: secret("expected a key of kie.ai, without spaces", /^\S+$/),
  BRS_AI_API_KEY: secret("expected a key of kie.ai, without spaces", /^\S+$/),
  KIE_API_ROOT: httpUrl("expected the URL of KIE's API, such as https://api.kie.ai").default("https://api.kie.ai"),
  KIE_STARTS_PER_10_SECONDS: whole(
    "expected how many videos KIE may be given in 10 seconds, 1 to 10000",
    1,
    10_000,
  ).default(20),
  A2E_API_KEY: secret("expected a token of a2e.ai, without spaces", /^\S+$/),
  A2E_API_ROOT: httpUrl("expected the URL of A2E's API, such as https://video.a2e.ai").default("https://video.a2e.ai"),
  GOOGLE_CLOUD_PROJECT_ID: z
    .string()
    .regex(/^[a-z][a-z0-9.:-]{4,}$/, "expected the id of a Google Cloud project, such as my-project-1234")
    .optional(),
  GOOGLE_CLOUD_LOCATION: z
    .string()
    .regex(/^[a-z0-9-]+$/, "expected a location of Vertex AI, such as us-central1")
    .default("us-central1"),
  GOOGLE_APPLICATION_CREDENTIALS: z.string().optional(),
  GEMINI_API_KEY: secret("expected an API key of Google AI Studio, without spaces", /^\S+$/),
  GOOGLE_API_ROOT: httpUrl("expected the URL of a server in the place of Google's").optional(),
  S3_ENDPOINT: httpUrl(
    "expected the URL of an S3-compatible service, such as https://s3.eu-central-1.amazonaws.com",
  ).optional(),
  S3_BUCKET: z
    .string()
    .regex(/^[a-z0-9][a-z0-9.-]{1,61}[a-z0-9]$/, "expected the name of a bucket, such as telecast-media")
    .optional(),
  S3_ACCESS_KEY_ID: secret("expected an access key id, without spaces", /^\S+$/),
  S3_SECRET_ACCESS_KEY: secret("expected a secret access key, without spaces", /^\S+$/),
  S3_REGION: z
    .string()
    .regex(/^[a-z0-9-]+$/, "expected a region, such as eu-central-1")
    .default("us-east-1"),
  S3_PATH_STYLE: yesOrNo.default(true),
  FAL_API_KEY: secret("expected a key of fal.ai, without spaces", /^\S+$/),
  FAL_API_ROOT: httpUrl("expected the URL of fal's queue, such as https://queue.fal.run").default(
    "https://queue.fal.run",
  ),
  REPLICATE_API_TOKEN: secret("expected a token of replicate.com, without spaces", /^\S+$/),
  REPLICATE_API_ROOT: httpUrl("expected the URL of Replicate's API, such as https://api.replicate.com/v1").default(
    "https://api.replicate.com/v1",
  ),
  CALLBACK_SECRET: secret("expected at least 16 characters", /^.{16,}$/),
  DELIVERY_GLOBAL_PER_SECOND: pace("second over all chats"),
  DELIVERY_CHAT_PER_SECOND: pace("second and chat"),
  DELIVERY_GROUP_PER_MINUTE: pace("minute and group"),
  DELIVERY_CONCURRENCY: whole("expected how many sends may be on the wire at once, 1 to 1000", 1, 1000).optional(),
  FEATURES: z
    .string()
    .transform((value) => value.split(",").map((part) => part.trim()))
    .optional(),
  LOG_LEVEL: z
    .enum(["trace", "debug", "info", "warn", "error", "silent"], "expected trace, debug, info, warn, error or silent")
    .optional(),
  LOG_FILE: z.string().optional(),
} as const;
