import { BlockList, isIP } from "node:net";

import { z } from "zod";

import { defineSettings } from "../settings/index.ts";

const range = z.string().refine((value) => {
  const [address = "", prefix] = value.split("/");
  const family = isIP(address);
  return (
    family !== 0 && (prefix === undefined || (/^\d+$/.test(prefix) && Number(prefix) <= (family === 6 ? 128 : 32)))
  );
}, "expected an address or a range such as 10.0.0.0/8");

/** Read when the program starts. */
export const httpSettings = defineSettings({
  key: "http.server",
  title: "HTTP server",
  schema: z.object({
    /** For each API key, and for each address without one. */
    requestsPerMinute: z.int().min(1).max(1_000_000).default(600),
    /** Reverse proxies whose X-Forwarded-For is believed; without one, nobody's is. */
    proxies: z.array(range).default([]),
    /** Who may read /metrics. */
    metricsAllowed: z.array(range).default(["127.0.0.0/8", "::1"]),
  }),
});

export const idempotencySettings = defineSettings({
  key: "http.idempotency",
  title: "How long Idempotency-Keys are remembered",
  schema: z.object({
    /** Three days at least: so long callers may rely on. */
    keptHours: z
      .int()
      .min(72)
      .max(24 * 90)
      .default(24 * 7),
  }),
});

/** Addresses and ranges as something that can be asked. */
export function blockListOf(ranges: readonly string[]): BlockList {
  const list = new BlockList();
  for (const each of ranges) {
    const [address = "", prefix] = each.split("/");
    const isV6 = isIP(address) === 6;
    list.addSubnet(address, Number(prefix ?? (isV6 ? 128 : 32)), isV6 ? "ipv6" : "ipv4");
  }
  return list;
}
