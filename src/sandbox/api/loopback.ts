/** Whether a URL's host is this machine, where the sandbox allows what Telegram allows over HTTPS only. */
export function isLoopback(hostname: string): boolean {
  return hostname === "localhost" || hostname === "[::1]" || /^127\.\d+\.\d+\.\d+$/.test(hostname);
}
