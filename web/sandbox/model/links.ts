/** What following a link means inside the sandbox. */
export type LinkTarget =
  /** `t.me/<bot>?start=…`: the private chat, with Start to press. */
  | { readonly kind: "start"; readonly payload: string }
  /** `t.me/<bot>?startgroup=…`: choose a group first. */
  | { readonly kind: "startgroup"; readonly payload: string }
  | { readonly kind: "bot" }
  /** What `createInvoiceLink` gives: `…/sandbox/invoice/$…` here, `t.me/$…` or `t.me/invoice/…` by Telegram. */
  | { readonly kind: "invoice"; readonly link: string }
  /** Opens outside, in a new tab. */
  | { readonly kind: "outside"; readonly href: string }
  /** Nothing a browser should open: `javascript:`, `data:`, broken addresses. */
  | { readonly kind: "unsafe" };

const telegramHosts: ReadonlySet<string> = new Set(["t.me", "telegram.me", "telegram.dog", "www.t.me"]);
const outsideProtocols: ReadonlySet<string> = new Set(["http:", "https:", "mailto:", "tel:", "tg:"]);

/** Accepts addresses without a scheme (`t.me/bot`, `example.com`), as Telegram marks them up. */
export function resolveLink(address: string, botUsername: string): LinkTarget {
  const url = parse(address);
  if (url === undefined || !outsideProtocols.has(url.protocol)) return { kind: "unsafe" };
  if (url.protocol === "tg:") return telegramScheme(url, address, botUsername);
  if (url.pathname.startsWith("/sandbox/invoice/")) return { kind: "invoice", link: address };
  if (telegramHosts.has(url.hostname)) {
    const path = decodeURIComponent(url.pathname.slice(1));
    if (path.startsWith("$") || path.startsWith("invoice/")) return { kind: "invoice", link: address };
    if (sameName(path.replace(/\/$/, ""), botUsername)) return startOf(url.searchParams);
  }
  return { kind: "outside", href: url.href };
}

function telegramScheme(url: URL, address: string, botUsername: string): LinkTarget {
  if (url.hostname === "resolve" && sameName(url.searchParams.get("domain") ?? "", botUsername)) {
    return startOf(url.searchParams);
  }
  if (url.hostname === "invoice") return { kind: "invoice", link: address };
  return { kind: "outside", href: url.href };
}

function startOf(query: URLSearchParams): LinkTarget {
  const group = query.get("startgroup");
  if (group !== null) return { kind: "startgroup", payload: group === "true" ? "" : group };
  const payload = query.get("start");
  return payload === null ? { kind: "bot" } : { kind: "start", payload };
}

function parse(address: string): URL | undefined {
  const withScheme = /^[a-z][a-z0-9+.-]*:/i.test(address) && !/^[\w.-]+:\d/.test(address);
  return URL.parse(withScheme ? address : `https://${address}`) ?? undefined;
}

function sameName(a: string, b: string): boolean {
  return a.toLowerCase() === b.toLowerCase();
}
