import { z } from "zod";

import type { Config } from "#kernel/config/index.ts";
import type { Clock } from "#kernel/lib/clock.ts";

import { judgeSkew } from "./check-database.ts";
import { failed, type Finding, notice, ok } from "./finding.ts";

const timeoutMs = 5000;
/** Of the header `Date`. */
const secondMs = 1000;
const manyPending = 100;
/** An error of the webhook that is older is history. */
const recentSeconds = 600;

const envelope = z.looseObject({
  ok: z.boolean(),
  error_code: z.int().optional(),
  description: z.string().optional(),
  result: z.unknown().optional(),
});
const meSchema = z.looseObject({ username: z.string(), supports_inline_queries: z.boolean().optional() });
const webhookSchema = z.looseObject({
  url: z.string(),
  pending_update_count: z.int(),
  last_error_date: z.int().optional(),
  last_error_message: z.string().optional(),
});

type Answer =
  | { readonly type: "answer"; readonly at: Date | undefined; readonly body: z.output<typeof envelope> }
  | { readonly type: "none"; readonly reason: string };

export interface TelegramCheck {
  readonly config: Config;
  readonly clock: Pick<Clock, "now">;
  /** A program of ours polls at this moment. */
  readonly isPolled: boolean;
}

/** Asks Telegram only what changes nothing; what runs is not disturbed. */
export async function checkTelegram({ config, clock, isPolled }: TelegramCheck): Promise<readonly Finding[]> {
  const { TELEGRAM_BOT_TOKEN: token, TELEGRAM_API_ROOT: root } = config;
  if (token === undefined) {
    return [
      notice("telegram", "no TELEGRAM_BOT_TOKEN: the sandbox stands in for Telegram", "Set it to talk to people."),
    ];
  }
  const call = async (method: string, body: object = {}): Promise<Answer> =>
    await ask(`${root}/bot${token.reveal()}/${method}`, body);
  const me = await call("getMe");
  const host = new URL(root).host;
  if (me.type === "none") {
    const fix = `See whether this machine reaches ${host}: network, DNS, firewall, TELEGRAM_API_ROOT.`;
    return [failed("telegram", `${host} does not answer (${me.reason})`, fix)];
  }
  if (me.body.error_code === 401 || me.body.error_code === 404) {
    const fix = "Take the token from @BotFather again and set TELEGRAM_BOT_TOKEN; it was mistyped or revoked.";
    return [failed("telegram", "Telegram does not know this bot token", fix)];
  }
  const bot = meSchema.safeParse(me.body.result);
  if (!me.body.ok || !bot.success) {
    const fix = `See whether TELEGRAM_API_ROOT (${host}) is a Bot API server, and try again in a minute.`;
    return [failed("telegram", `${host} answered ${me.body.error_code ?? "something else"} to getMe`, fix)];
  }
  return [
    ok("telegram", `answers as @${bot.data.username}`),
    ...(me.at === undefined ? [] : [judgeSkew("telegram.clock", skewOf(me.at, clock), "Telegram's", secondMs)]),
    await checkReception({ config, clock, isPolled }, call),
    inlineFinding(bot.data),
  ];
}

function inlineFinding({ username, supports_inline_queries: isOn }: z.output<typeof meSchema>): Finding {
  const check = "telegram.inline";
  if (isOn === true) return ok(check, `what people type after @${username} in other chats is answered`);
  const fix = "Send /setinline to @BotFather, if people shall find their videos in any chat.";
  return notice(check, "inline mode is off", fix);
}

/** The header has whole seconds: anything within its second agrees. */
function skewOf(at: Date, { now }: Pick<Clock, "now">): number {
  const ms = now().getTime() - at.getTime();
  return ms >= 0 ? Math.max(ms - secondMs, 0) : -ms;
}

async function checkReception(
  { config, clock, isPolled }: TelegramCheck,
  call: (method: string, body?: object) => Promise<Answer>,
): Promise<Finding> {
  const check = "telegram.updates";
  const answer = await call("getWebhookInfo");
  const info = webhookSchema.safeParse(answer.type === "answer" ? answer.body.result : undefined);
  if (!info.success) return notice(check, "Telegram did not say how updates are delivered", "Try again in a minute.");
  const { url, pending_update_count: pending } = info.data;
  if (config.TELEGRAM_WEBHOOK_URL !== undefined) return judgeWebhook(config.TELEGRAM_WEBHOOK_URL, info.data, clock);
  if (url !== "") {
    const host = URL.canParse(url) ? new URL(url).host : "somewhere";
    const fix =
      "Starting removes it. If it comes back, another program sets it: stop that, or give this one its own bot.";
    return notice(check, `a webhook to ${host} is set, but this program polls`, fix);
  }
  if (isPolled) return ok(check, `a program of yours polls; ${pending} wait at Telegram`);
  // Without an offset nothing is confirmed, and nobody of ours is cut off.
  const poll = await call("getUpdates", { limit: 1, timeout: 0 });
  if (poll.type === "answer" && poll.body.error_code === 409) {
    const fix = "Stop the other program, or give this one a bot of its own: each takes updates from the other.";
    return failed(check, "another program polls with the same bot token", fix);
  }
  return ok(check, `nobody polls now; ${pending} wait at Telegram`);
}

function judgeWebhook(wanted: string, info: z.output<typeof webhookSchema>, { now }: Pick<Clock, "now">): Finding {
  const check = "telegram.updates";
  const { url, pending_update_count: pending, last_error_date: errorAt, last_error_message: error = "" } = info;
  if (url !== wanted && !url.startsWith(`${wanted}/`)) {
    const what = url === "" ? "no webhook is set" : "the webhook leads elsewhere";
    return notice(
      check,
      `${what}, but TELEGRAM_WEBHOOK_URL says there should be one`,
      "The program sets it when it starts.",
    );
  }
  if (errorAt !== undefined && now().getTime() / 1000 - errorAt < recentSeconds) {
    const fix = "See whether the address is reached from outside with a valid certificate, and leads to this program.";
    return failed(check, `Telegram cannot deliver to the webhook: ${error.slice(0, 200)}`, fix);
  }
  if (pending > manyPending) {
    return notice(check, `${pending} updates wait at Telegram`, "See that the program runs and is reached.");
  }
  return ok(check, `by webhook; ${pending} wait at Telegram`);
}

/** What is thrown holds the URL, and so the token: only its code is told. */
async function ask(url: string, body: object): Promise<Answer> {
  try {
    const answer = await fetch(url, {
      method: "POST",
      headers: { "content-type": "application/json" },
      body: JSON.stringify(body),
      signal: AbortSignal.timeout(timeoutMs),
    });
    const date = new Date(answer.headers.get("date") ?? "");
    const parsed = envelope.safeParse(await answer.json());
    if (!parsed.success) return { type: "none", reason: `status ${answer.status}, not the Bot API` };
    return { type: "answer", at: Number.isNaN(date.getTime()) ? undefined : date, body: parsed.data };
  } catch (error) {
    return { type: "none", reason: reasonOf(error) };
  }
}

/** A short word of the system's, never a sentence of somebody's. */
export function reasonOf(error: unknown): string {
  if ((error as { name?: unknown }).name === "TimeoutError") return "no answer in 5 s";
  const { code, cause } = error as { code?: unknown; cause?: { code?: unknown } };
  const known = [cause?.code, code].find((each) => typeof each === "string" && /^[A-Z_0-9]+$/.test(each));
  return typeof known === "string" ? known : "no usable answer";
}
