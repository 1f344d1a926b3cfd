/** A UUID in 22 letters instead of 36, for a button's data. */
export function shortId(uuid: string): string {
  return Buffer.from(uuid.replaceAll("-", ""), "hex").toString("base64url");
}

/** The UUID again; one that nothing has for whatever is none. */
export function longId(short = ""): string {
  const hex = Buffer.from(short, "base64url").toString("hex").padEnd(32, "0").slice(0, 32);
  return [hex.slice(0, 8), hex.slice(8, 12), hex.slice(12, 16), hex.slice(16, 20), hex.slice(20)].join("-");
}
