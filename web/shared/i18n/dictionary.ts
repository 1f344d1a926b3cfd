import { english } from "./english.ts";
import { korean } from "./korean.ts";

/** The same keys as English, with any texts in them. */
type Translated<T> = {
  readonly [K in keyof T]: T[K] extends string
    ? string
    : T[K] extends (...args: infer Args) => string
      ? (...args: Args) => string
      : T[K] extends readonly string[]
        ? readonly string[]
        : Translated<T[K]>;
};

export type Dictionary = Translated<typeof english>;

/** The texts for a language tag as Telegram reports it (`ko`, `ko-KR`, `en`); English for every other language. */
export function dictionaryFor(languageCode: string): Dictionary {
  return languageCode.toLowerCase().startsWith("ko") ? korean : english;
}
