/** The languages every text exists in. */
export const languages = ["en", "ko"] as const;
export type Language = (typeof languages)[number];

/** The best of ours for a Telegram `language_code` (an IETF tag such as `ko-KR`): English when there is none. */
export function languageFor(tag: string | undefined): Language {
  const primary = tag?.toLowerCase().split("-")[0];
  return languages.find((language) => language === primary) ?? "en";
}
