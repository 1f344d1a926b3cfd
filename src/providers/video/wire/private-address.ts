import { lookup } from "node:dns/promises";
import { BlockList, isIP } from "node:net";

const networks: readonly (readonly [string, number, "ipv4" | "ipv6"])[] = [
  ["0.0.0.0", 8, "ipv4"],
  ["10.0.0.0", 8, "ipv4"],
  ["100.64.0.0", 10, "ipv4"],
  ["127.0.0.0", 8, "ipv4"],
  ["169.254.0.0", 16, "ipv4"],
  ["172.16.0.0", 12, "ipv4"],
  ["192.0.0.0", 24, "ipv4"],
  ["192.168.0.0", 16, "ipv4"],
  ["198.18.0.0", 15, "ipv4"],
  ["224.0.0.0", 3, "ipv4"],
  ["::", 128, "ipv6"],
  ["::1", 128, "ipv6"],
  // Ways to write an IPv4 address: translated and tunnelled ones lead wherever the inner address does.
  ["64:ff9b::", 32, "ipv6"],
  ["2001::", 32, "ipv6"],
  ["2002::", 16, "ipv6"],
  ["fc00::", 7, "ipv6"],
  ["fe80::", 10, "ipv6"],
  ["fec0::", 10, "ipv6"],
  ["ff00::", 8, "ipv6"],
];

const privateNetworks = new BlockList();
for (const [address, prefix, type] of networks) privateNetworks.addSubnet(address, prefix, type);

/** Whether an address leads to this machine, its network or nowhere, rather than to the internet. */
export function isPrivateAddress(address: string): boolean {
  const version = isIP(address);
  // What is no address cannot be judged, and is not trusted.
  return version === 0 || privateNetworks.check(address, version === 4 ? "ipv4" : "ipv6");
}

/** Whether a URL names, without a look-up, a place that only this machine or its network can reach. */
export function isNearby(url: string): boolean {
  const { hostname } = new URL(url);
  const host = hostname.replace(/^\[|\]$/g, "");
  return isIP(host) === 0 ? /(?:^|\.)localhost$|^[^.]+$/.test(host) : isPrivateAddress(host);
}

/** Whether `hostname` (as in a URL) is or resolves to a private address. @throws what the resolver says. */
export async function isPrivateHost(hostname: string): Promise<boolean> {
  const host = hostname.replace(/^\[|\]$/g, "");
  if (isIP(host) !== 0) return isPrivateAddress(host);
  const addresses = await lookup(host, { all: true });
  return addresses.some(({ address }) => isPrivateAddress(address));
}
