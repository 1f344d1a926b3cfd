import { conflict } from "../../updates/poller.ts";
import type { WebhookTarget } from "../../updates/webhook.ts";
import { present } from "../../world/present.ts";
import { badRequest } from "../bot-api-error.ts";
import type { MethodTable, Params } from "../context.ts";
import { Described } from "../described.ts";
import { isLoopback } from "../loopback.ts";

const defaultConnections = 40;
const publicPorts: ReadonlySet<string> = new Set(["", "80", "88", "443", "8443"]);

export const updateMethods = {
  getUpdates: async ({ world, poller, webhook, signal }, params) => {
    if (webhook.target() !== undefined) {
      throw conflict(
        "can't use getUpdates method while webhook is active; use deleteWebhook to delete the webhook first",
      );
    }
    world.updates.allow(params.allowed_updates);
    return await poller.poll({
      offset: params.offset ?? 0,
      limit: Math.min(Math.max(params.limit ?? 100, 1), 100),
      timeoutSeconds: Math.max(params.timeout ?? 0, 0),
      signal,
    });
  },

  setWebhook: ({ world, poller, webhook }, params) => {
    if (params.url === "") return endWebhook({ world, webhook }, params.drop_pending_updates);
    const target = readTarget(params);
    world.updates.allow(params.allowed_updates);
    if (params.drop_pending_updates) world.updates.clear();
    poller.interrupt("webhook");
    webhook.set(target);
    return new Described(true, "Webhook was set");
  },

  deleteWebhook: ({ world, webhook }, params) => endWebhook({ world, webhook }, params.drop_pending_updates),

  getWebhookInfo: ({ webhook }) => webhook.info(),

  /** Both exist for moving between Bot API servers; here there is only one. */
  logOut: () => true,
  close: () => true,
} satisfies MethodTable;

type WebhookParts = Pick<Parameters<NonNullable<MethodTable["deleteWebhook"]>>[0], "world" | "webhook">;

function endWebhook({ world, webhook }: WebhookParts, dropsPending: boolean | undefined): Described {
  const wasSet = webhook.target() !== undefined;
  webhook.set(undefined);
  if (dropsPending) world.updates.clear();
  return new Described(true, wasSet ? "Webhook was deleted" : "Webhook is already deleted");
}

/** As Telegram checks it, but plain HTTP and any port will do on this machine. */
function readTarget(params: Params<"setWebhook">): WebhookTarget {
  const url = URL.canParse(params.url) ? new URL(params.url) : undefined;
  if (url === undefined || !["http:", "https:"].includes(url.protocol))
    throw badRequest("invalid webhook URL specified");
  if (!isLoopback(url.hostname)) {
    if (url.protocol !== "https:") throw badRequest("bad webhook: An HTTPS URL must be provided for webhook");
    if (!publicPorts.has(url.port)) {
      throw badRequest("bad webhook: Webhook can be set up only on ports 80, 88, 443 or 8443");
    }
  }
  const secret = params.secret_token ?? "";
  if (secret.length > 256) throw badRequest("secret token is too long");
  if (!/^[A-Za-z0-9_-]*$/.test(secret)) throw badRequest("secret token contains unallowed characters");
  return {
    url: params.url,
    maxConnections: Math.min(Math.max(params.max_connections ?? defaultConnections, 1), 100),
    hasCertificate: params.certificate !== undefined,
    ...present({ secretToken: secret === "" ? undefined : secret }),
  };
}
