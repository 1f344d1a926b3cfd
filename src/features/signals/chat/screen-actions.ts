import type { CallbackRoute, Content, UpdateContext } from "#kernel/telegram/index.ts";

/** What a button of a screen does. @returns what its message becomes; undefined leaves it. */
export type ScreenAction<Deps> = (deps: Deps, context: UpdateContext, value: string) => Promise<Content | undefined>;

/** A screen whose buttons name an action and a value. Names that nobody knows, as somebody may make them up, do nothing. */
export function screenActions<Deps>(
  prefix: string,
  deps: Deps,
  actions: Readonly<Record<string, ScreenAction<Deps>>>,
): CallbackRoute {
  return {
    prefix,
    access: "user",
    run: async (context, [action = "", value = ""]) => {
      const act = Object.hasOwn(actions, action) ? actions[action] : undefined;
      const screen = await act?.(deps, context, value);
      if (screen !== undefined) await context.editPressed(screen);
    },
  };
}
