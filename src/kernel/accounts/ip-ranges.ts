import { BlockList, isIP } from "node:net";

/** Whether `text` is an address or a CIDR range of either family. */
export function isIpRange(text: string): boolean {
  return parse(text) !== undefined;
}

/** Whether an address lies in one of the ranges; no ranges means everywhere. */
export function ipAllowed(ip: string, ranges: readonly string[]): boolean {
  if (ranges.length === 0) return true;
  const family = familyOf(ip);
  if (family === undefined) return false;
  const list = new BlockList();
  for (const range of ranges) {
    const parsed = parse(range);
    if (parsed !== undefined) list.addSubnet(parsed.address, parsed.bits, parsed.family);
  }
  // An IPv4 address that arrived over IPv6 (`::ffff:203.0.113.7`) is matched against the IPv4 ranges as well.
  return list.check(ip, family);
}

interface Range {
  readonly address: string;
  readonly bits: number;
  readonly family: "ipv4" | "ipv6";
}

function parse(text: string): Range | undefined {
  const [address = "", bits, ...rest] = text.split("/");
  const family = familyOf(address);
  if (family === undefined || rest.length > 0) return undefined;
  const most = family === "ipv4" ? 32 : 128;
  if (bits === undefined) return { address, bits: most, family };
  if (!/^\d{1,3}$/.test(bits) || Number(bits) > most) return undefined;
  return { address, bits: Number(bits), family };
}

function familyOf(ip: string): "ipv4" | "ipv6" | undefined {
  switch (isIP(ip)) {
    case 4:
      return "ipv4";
    case 6:
      return "ipv6";
    default:
      return undefined;
  }
}
