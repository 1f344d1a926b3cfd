import type { Button, UpdateContext } from "../telegram/index.ts";

const newcomerMs = 60_000;

/** Two buttons: Telegram's own choice of whom to send a link to, and the link to copy. */
export function shareLink(
  t: UpdateContext["t"],
  { link, text }: { readonly link: string; readonly text: string },
): readonly (readonly Button[])[] {
  const share = new URL("https://t.me/share/url");
  share.searchParams.set("url", link);
  share.searchParams.set("text", text);
  return [
    [
      { text: t.plain("chat-share"), url: share.href, style: "primary" },
      { text: t.plain("chat-copy-link"), copy: link },
    ],
  ];
}

/** Who has only just come, by a link, and should be greeted too. */
export function isNewcomer({ user, now }: Pick<UpdateContext, "user" | "now">): boolean {
  return now.getTime() - user.createdAt.getTime() < newcomerMs;
}
