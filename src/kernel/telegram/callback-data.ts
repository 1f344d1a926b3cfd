/** Telegram's limit for a button's data. */
const longestBytes = 64;

/**
 * A button's data: the route's prefix and its arguments, joined by `:`. Kept out of the way of what people can read: ids
 * and short words only. Whoever presses may have made up the data, so a route checks what the arguments name.
 * @throws RangeError over 64 bytes or with a `:` in a part: such a button could never work.
 */
export function callbackData(prefix: string, ...args: readonly (string | number)[]): string {
  const parts = [prefix, ...args.map(String)];
  const data = parts.join(":");
  if (prefix === "" || parts.some((part) => part.includes(":")))
    throw new RangeError(`callback data ${data}: stray ":"`);
  const bytes = Buffer.byteLength(data);
  if (bytes > longestBytes) throw new RangeError(`callback data ${data}: ${bytes} bytes, at most ${longestBytes}`);
  return data;
}

/** What `callbackData` joined. Data from outside: a prefix that no route has, or arguments nobody made, may come out. */
export function parseCallbackData(data: string): { readonly prefix: string; readonly args: readonly string[] } {
  const [prefix = "", ...args] = data.split(":");
  return { prefix, args };
}
