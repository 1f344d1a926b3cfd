import { readFileSync } from "node:fs";

import { FluentBundle, type FluentFunction, FluentNumber, FluentResource, type FluentVariable } from "@fluent/bundle";

import { escapeHtml, Html } from "./html.ts";
import { type Language, languages } from "./language.ts";

/** What a text may be given. Html goes in as it is; everything else is escaped. */
export type TextArgs = Readonly<Record<string, string | number | Date | Html>>;

/** The texts of one language. Keys are the message ids of the `.ftl` files, checked at test time. */
export interface Translate {
  readonly language: Language;
  /** A text with Telegram markup. */
  (key: string, args?: TextArgs): Html;
  /** A text without markup: button labels, callback answers, invoice titles. */
  readonly plain: (key: string, args?: TextArgs) => string;
  readonly has: (key: string) => boolean;
}

export type Texts = (language: Language) => Translate;

/**
 * Reads `en.ftl` and `ko.ftl` of every directory into one catalogue.
 * @throws when a file has a syntax error or two files define the same key: both would show up as a wrong text much later.
 */
export function loadTexts(directories: readonly URL[]): Texts {
  const byLanguage = new Map(languages.map((language) => [language, translator(language, directories)]));
  return (language) => {
    const translate = byLanguage.get(language);
    if (translate === undefined) throw new Error(`no texts in ${language}`);
    return translate;
  };
}

/** What texts may call. `COUNT($credits)` is the number that an amount such as `2,500` shows: it chooses the plural. */
const functions: Readonly<Record<string, FluentFunction>> = {
  COUNT: ([amount]) => new FluentNumber(Number(String(amount).replaceAll(",", "").replace("−", "-"))),
};

function translator(language: Language, directories: readonly URL[]): Translate {
  // Isolation marks around arguments would be copied with prices and links; names are set apart by markup instead.
  const bundle = new FluentBundle(language, { useIsolating: false, functions: { ...functions } });
  for (const directory of directories) {
    const file = new URL(`${language}.ftl`, directory);
    const errors = bundle.addResource(readResource(file));
    if (errors[0] !== undefined) throw new Error(`${file.pathname}: ${errors[0].message}`);
  }
  const format = (key: string, args: Record<string, FluentVariable>): string => {
    const message = bundle.getMessage(key);
    if (message?.value == null) throw new Error(`no text ${key} in ${language}`);
    const errors: Error[] = [];
    const text = bundle.formatPattern(message.value, args, errors);
    if (errors[0] !== undefined) throw new Error(`text ${key} in ${language}: ${errors[0].message}`);
    return text;
  };
  const marked = (key: string, args: TextArgs = {}): Html => Html.trusted(format(key, variables(args, escapeHtml)));
  return Object.assign(marked, {
    language,
    plain: (key: string, args: TextArgs = {}) =>
      format(
        key,
        variables(args, (text) => text),
      ),
    has: (key: string) => bundle.hasMessage(key),
  });
}

/** Fluent's runtime parser silently leaves out what it cannot read; here that is a mistake like any other. */
function readResource(file: URL): FluentResource {
  const source = readFileSync(file, "utf8");
  const resource = new FluentResource(source);
  const read = resource.body.map(({ id }) => id);
  for (const [index, line] of source.split("\n").entries()) {
    // Only comments, definitions and the signs that end or begin a part of one may stand at the beginning of a line.
    if (line === "" || /^[\s#}[*.]/.test(line)) continue;
    const defined = /^(-?[a-zA-Z][\w-]*) *=/.exec(line)?.[1];
    if (defined === undefined || defined !== read.shift()) {
      throw new Error(`${file.pathname}: line ${index + 1} or what follows it cannot be read`);
    }
  }
  return resource;
}

function variables(args: TextArgs, escape: (text: string) => string): Record<string, FluentVariable> {
  return Object.fromEntries(
    Object.entries(args).map(([name, value]) => [
      name,
      value instanceof Html ? value.markup : typeof value === "string" ? escape(value) : value,
    ]),
  );
}
