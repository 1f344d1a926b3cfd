import type { ApiMethods, Opts } from "@grammyjs/types";

import type { Poller } from "../updates/poller.ts";
import type { Webhook } from "../updates/webhook.ts";
import type { Upload } from "../world/upload.ts";
import type { World } from "../world/world.ts";

/** What a method works with. */
export interface ApiContext {
  readonly world: World;
  readonly poller: Poller;
  readonly webhook: Webhook;
  /** Where the sandbox answers, without a slash at the end. */
  readonly baseUrl: string;
  /** Aborts when the bot hangs up. */
  readonly signal: AbortSignal;
}

export type MethodName = keyof ApiMethods<Upload>;

/** A method's parameters, with uploads as bytes. */
export type Params<M extends MethodName> = Opts<Upload>[M];

/** Methods by name: each takes its own parameters and gives the `result`, or throws a `BotApiError`. */
export type MethodTable = {
  readonly [M in MethodName]?: (context: ApiContext, params: Params<M>) => unknown;
};
