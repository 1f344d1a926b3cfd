import { useComputed } from "@preact/signals";
import { createContext } from "preact";
import { useContext } from "preact/hooks";

import type { SandboxState } from "../../../src/sandbox/protocol.ts";
import type { Dictionary } from "../../shared/i18n/dictionary.ts";
import type { Session } from "./session.ts";

const SessionContext = createContext<Session | undefined>(undefined);

export const SessionProvider = SessionContext.Provider;

export function useSession(): Session {
  const session = useContext(SessionContext);
  if (session === undefined) throw new Error("a component was drawn outside the session");
  return session;
}

export function useTexts(): Dictionary {
  return useSession().texts.value;
}

/**
 * A part of the sandbox's state; the component is drawn again only when this part changes. Only below `App`, which draws
 * nothing before the first state. `pick` may depend on props only if the component's key does too.
 */
export function useSlice<T>(pick: (state: SandboxState) => T): T {
  const { world } = useSession();
  return useComputed(() => {
    if (world.value === undefined) throw new Error("a component was drawn before the first state");
    return pick(world.value);
  }).value;
}
