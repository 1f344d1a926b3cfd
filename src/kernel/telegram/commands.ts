/** A message that was meant as a command. */
export interface TypedCommand {
  /** Lower case, without the prefix. */
  readonly name: string;
  readonly args: string;
  /** Whom `/name@bot` names: this bot, another one, or nobody. */
  readonly address: "us" | "other" | "none";
}

export interface CommandSyntax {
  /** Undefined until Telegram has told it: then nothing can be addressed to us. */
  readonly username: string | undefined;
  /** Besides `/`; empty for none. */
  readonly secondPrefix: string;
}

const pattern = /^(\S)([A-Za-z0-9_]{1,32})(?:@([A-Za-z0-9_]{1,64}))?(?:\s+([\s\S]*))?$/;

/** Undefined for a text that is no command, such as `/etc/passwd` or `! really`. */
export function parseCommand(text: string, { username, secondPrefix }: CommandSyntax): TypedCommand | undefined {
  const match = pattern.exec(text);
  if (match === null) return undefined;
  const [, prefix, name = "", bot, args = ""] = match;
  if (prefix !== "/" && (prefix !== secondPrefix || secondPrefix === "")) return undefined;
  const isUs = bot !== undefined && bot.toLowerCase() === username?.toLowerCase();
  return { name: name.toLowerCase(), args: args.trim(), address: bot === undefined ? "none" : isUs ? "us" : "other" };
}

/** The name that was most likely meant: at most a third of its letters mistyped. */
export function nearest(typed: string, names: readonly string[]): string | undefined {
  let best: { readonly name: string; readonly distance: number } | undefined;
  for (const name of names) {
    const distance = editDistance(typed, name);
    if (distance <= Math.max(1, Math.floor(name.length / 3)) && distance < (best?.distance ?? Infinity)) {
      best = { name, distance };
    }
  }
  return best?.name;
}

/** Letters added, left out, replaced, or swapped with their neighbour (optimal string alignment). */
export function editDistance(a: string, b: string): number {
  let beforeLast: readonly number[] = [];
  let last = Array.from({ length: b.length + 1 }, (_, index) => index);
  for (let row = 1; row <= a.length; row += 1) {
    const current = [row];
    for (let column = 1; column <= b.length; column += 1) {
      const at = (line: readonly number[], index: number): number => line[index] ?? Infinity;
      const isSame = a[row - 1] === b[column - 1];
      let distance = Math.min(
        at(last, column) + 1,
        at(current, column - 1) + 1,
        at(last, column - 1) + (isSame ? 0 : 1),
      );
      const isSwapped = a[row - 1] === b[column - 2] && a[row - 2] === b[column - 1];
      if (row > 1 && column > 1 && isSwapped) distance = Math.min(distance, at(beforeLast, column - 2) + 1);
      current.push(distance);
    }
    beforeLast = last;
    last = current;
  }
  return last[b.length] ?? 0;
}
