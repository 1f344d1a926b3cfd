import type { Role } from "../accounts/index.ts";
import type {
  CallbackRoute,
  Command,
  Dialog,
  InlineRoute,
  MentionRoute,
  MessageRoute,
  PreCheckoutRoute,
  ServiceRoute,
  StartLink,
} from "./route.ts";

/** What one owner takes part in; a feature's chat parts are such. */
export interface OwnedRoutes {
  /** Named when two of them want the same. */
  readonly owner: string;
  readonly commands?: readonly Command[];
  readonly startLinks?: readonly StartLink[];
  readonly callbacks?: readonly CallbackRoute[];
  readonly messages?: readonly MessageRoute[];
  readonly mentions?: readonly MentionRoute[];
  readonly dialogs?: readonly Dialog[];
  readonly services?: readonly ServiceRoute[];
  readonly preCheckout?: PreCheckoutRoute;
  readonly inline?: InlineRoute;
}

/** Everything that can be routed to, by what it is found by. */
export interface RouteBook {
  readonly commands: ReadonlyMap<string, Command>;
  readonly callbacks: ReadonlyMap<string, CallbackRoute>;
  /** In the order in which they are asked. */
  readonly messages: readonly MessageRoute[];
  readonly mentions: readonly MentionRoute[];
  readonly dialogs: ReadonlyMap<string, Dialog>;
  readonly services: readonly ServiceRoute[];
  readonly preCheckouts: readonly PreCheckoutRoute[];
  /** Undefined when nobody answers what is typed in other chats. */
  readonly inline: InlineRoute | undefined;
}

const rank: Readonly<Record<Role, number>> = { user: 0, operator: 1, admin: 2 };
const commandPattern = /^[a-z0-9_]{1,32}$/;
/** Telegram's limit, per scope and language. */
const mostCommands = 100;

export function mayUse(role: Role, access: Role): boolean {
  return rank[role] >= rank[access];
}

/** @throws when two owners claim the same or a name cannot work: the program must not start half-routed. */
export function createRouteBook(parts: readonly OwnedRoutes[]): RouteBook {
  const commands = index(parts, ({ commands }) => commands, {
    kind: "the command /",
    keyOf: ({ name }) => name,
    isValid: (name) => commandPattern.test(name),
  });
  if (commands.size > mostCommands)
    throw new Error(`${commands.size} commands: Telegram shows at most ${mostCommands}`);
  // Whoever answers `/start` finds them by himself; here they are only kept from clashing.
  index(parts, ({ startLinks }) => startLinks, {
    kind: "the start link ",
    keyOf: ({ name }) => name,
    isValid: (name) => /^[a-z0-9]{1,16}$/.test(name),
  });
  const messages = index(parts, (of) => of.messages, { kind: "the message route ", keyOf: ({ name }) => name });
  return {
    commands,
    callbacks: index(parts, ({ callbacks }) => callbacks, {
      kind: "the button prefix ",
      keyOf: ({ prefix }) => prefix,
      isValid: (prefix) => /^[\w.-]{1,32}$/.test(prefix),
    }),
    messages: [...messages.values()].toSorted((a, b) => b.priority - a.priority),
    mentions: parts.flatMap(({ mentions = [] }) => mentions),
    dialogs: index(parts, ({ dialogs }) => dialogs, { kind: "the dialog ", keyOf: ({ flow }) => flow }),
    services: parts.flatMap(({ services = [] }) => services),
    preCheckouts: parts.flatMap(({ preCheckout }) => preCheckout ?? []),
    inline: index(parts, ({ inline }) => inline && [inline], { kind: "the inline mode", keyOf: () => "" }).get(""),
  };
}

function index<T>(
  parts: readonly OwnedRoutes[],
  routesOf: (part: OwnedRoutes) => readonly T[] | undefined,
  by: { readonly kind: string; readonly keyOf: (route: T) => string; readonly isValid?: (key: string) => boolean },
): Map<string, T> {
  const found = new Map<string, T>();
  const owners = new Map<string, string>();
  for (const part of parts) {
    for (const route of routesOf(part) ?? []) {
      const key = by.keyOf(route);
      const other = owners.get(key);
      if (other !== undefined) throw new Error(`${by.kind}${key} is claimed by both ${other} and ${part.owner}`);
      if (by.isValid?.(key) === false)
        throw new Error(`${by.kind}${key} of ${part.owner} is not a name Telegram takes`);
      owners.set(key, part.owner);
      found.set(key, route);
    }
  }
  return found;
}
