/** What becomes of a demo job. */
export type Fate =
  | "succeed"
  /** Refused at once. */
  | "refused_moderation"
  | "refused_input"
  | "refused_credit"
  /** Never taken. */
  | "outage"
  /** Turned away twice, then taken. */
  | "busy"
  /** Taken, but the answer is lost. */
  | "unclear"
  /** Taken, and fails while it runs. */
  | "fail"
  | "filtered"
  | "lost";

const fates: Readonly<Record<string, Fate>> = {
  "#moderation": "refused_moderation",
  "#badinput": "refused_input",
  "#nocredit": "refused_credit",
  "#outage": "outage",
  "#busy": "busy",
  "#unclear": "unclear",
  "#fail": "fail",
  "#filtered": "filtered",
  "#lost": "lost",
};

export interface MagicWords {
  /** The prompt without them. */
  readonly caption: string;
  readonly fate: Fate | undefined;
  /** `#slow` takes 20 seconds. */
  readonly slow: boolean;
  /** `#nocallback` is told by polling only. */
  readonly silent: boolean;
}

/**
 * Words in a prompt that make the demo behave like a service on a bad day, so that every path can be seen in the
 * sandbox: `#slow`, `#nocallback`, and one of `#fail` (breaks while running), `#filtered` (finished, but withheld by
 * moderation), `#moderation`, `#badinput` and `#nocredit` (refused at once), `#outage` (not available), `#busy` (turned
 * away twice), `#unclear` (taken, but the answer is lost) and `#lost` (taken, and later unknown).
 */
export function readMagicWords(prompt: string): MagicWords {
  const words: readonly string[] = prompt.toLowerCase().match(/#[a-z]+/gu) ?? [];
  const known = [...Object.keys(fates), "#slow", "#nocallback"];
  const pattern = new RegExp(`(?:${known.join("|")})(?![a-z])`, "giu");
  return {
    caption: prompt.replaceAll(pattern, " ").replaceAll(/ {2,}/gu, " ").trim(),
    fate: words.map((word) => fates[word]).find((fate) => fate !== undefined),
    slow: words.includes("#slow"),
    silent: words.includes("#nocallback"),
  };
}
