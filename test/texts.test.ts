import assert from "node:assert/strict";
import { globSync, readFileSync } from "node:fs";
import { test } from "node:test";

import { FluentResource, type Message as FluentMessage } from "@fluent/bundle";

import { languages } from "#kernel/lib/language.ts";

import { features } from "../src/features.ts";
import { failures, jobStates } from "../src/features/studio/job-state.ts";
import { textDirectories } from "../src/texts.ts";

/** Every catalogue of the program, in both languages, against each other and against the code that uses it. */
interface Entry {
  readonly key: string;
  readonly message: FluentMessage;
  /** The text as it stands in the file, without the key. */
  readonly source: string;
}

const directories = textDirectories(features);

function entriesOf(directory: URL, language: string): ReadonlyMap<string, Entry> {
  const file = readFileSync(new URL(`${language}.ftl`, directory), "utf8");
  const { body } = new FluentResource(file);
  return new Map(
    body.map((message) => {
      const begin = file.search(new RegExp(`^${message.id} =`, "m"));
      const rest = file.slice(begin);
      const end = rest.search(/\n(?=[a-z#])/);
      return [message.id, { key: message.id, message, source: end < 0 ? rest : rest.slice(0, end) }];
    }),
  );
}

const variablesOf = ({ source }: Entry): readonly string[] =>
  [...new Set([...source.matchAll(/\$(\w+)/g)].map(([, name]) => name ?? ""))].toSorted();
const tagsOf = ({ source }: Entry): readonly string[] =>
  [...source.matchAll(/<\/?([a-z]+)/g)].map(([tag]) => tag).toSorted();

const catalogues = directories.map((directory) => ({
  name: directory.pathname.split("/src/")[1] ?? directory.pathname,
  entries: Object.fromEntries(languages.map((language) => [language, entriesOf(directory, language)])),
}));
const english = new Map(catalogues.flatMap(({ entries }) => [...(entries["en"] ?? [])]));

test("there are catalogues, and they were read", () => {
  assert.ok(catalogues.length >= 4);
  assert.ok(english.size > 150, `only ${english.size} texts were found`);
});

for (const { name, entries } of catalogues) {
  test(`${name}: every text exists in every language`, () => {
    for (const language of languages)
      assert.deepEqual([...(entries[language]?.keys() ?? [])], [...(entries["en"]?.keys() ?? [])]);
  });

  test(`${name}: every text marks up alike and uses no argument that the English one does not know`, () => {
    for (const [key, entry] of entries["en"] ?? []) {
      for (const language of languages) {
        const other = entries[language]?.get(key);
        assert.ok(other !== undefined, key);
        const unknown = variablesOf(other).filter((variable) => !variablesOf(entry).includes(variable));
        assert.deepEqual(unknown, [], `${language} ${key}`);
        const open = tagsOf(other).filter((tag) => !tag.startsWith("</"));
        const closed = tagsOf(other).filter((tag) => tag.startsWith("</"));
        assert.deepEqual(
          closed.map((tag) => tag.slice(2)).toSorted(),
          open.map((tag) => tag.slice(1)).toSorted(),
          `${language} ${key}`,
        );
      }
    }
  });

  test(`${name}: texts fit where Telegram shows them`, () => {
    for (const [language, texts] of Object.entries(entries)) {
      for (const { key, source } of texts.values()) {
        const limit = limitFor(key);
        const visible = source
          .slice(source.indexOf("=") + 1)
          .replaceAll(/<[^>]+>/g, "")
          .trim();
        assert.ok(
          visible.length <= limit,
          `${language} ${key} has ${visible.length} characters, at most ${limit} are shown`,
        );
      }
    }
  });
}

/** Telegram's limits, with room for what arguments add. */
function limitFor(key: string): number {
  if (/-command-/.test(key)) return 100;
  if (/-button-/.test(key)) return 40;
  if (key === "chat-invoice-title") return 80;
  if (key === "chat-invoice-description") return 250;
  // Shown over a pressed button: 200 characters.
  if (
    /-(not-yours|prompt-gone|too-late|again-started|cancel-done|button-expired|not-open|generate-over|generate-changed)$/.test(
      key,
    )
  )
    return 190;
  if (/-caption$|studio-stats-/.test(key)) return 900;
  return 3000;
}

test("every text that the code names exists", () => {
  const missing: string[] = [];
  const prefixes = new Set([...english.keys()].map((key) => key.split("-")[0] ?? ""));
  for (const file of sources()) {
    for (const [, key = ""] of readFileSync(file, "utf8").matchAll(/["'`]([a-z]+(?:-[a-zA-Z0-9_]+)+)["'`]/g)) {
      if (
        prefixes.has(key.split("-")[0] ?? "") &&
        /t\(|t\.plain\(|label|description/.test(lineWith(file, key)) &&
        !english.has(key)
      ) {
        missing.push(`${file}: ${key}`);
      }
    }
  }
  assert.deepEqual(missing, []);
});

test("every text is used", () => {
  const code = sources()
    .map((file) => readFileSync(file, "utf8"))
    .join("\n");
  const dynamic = [...code.matchAll(/`([a-z]+(?:-[a-z]+)+-?)\$\{/g)].map(([, prefix]) => prefix ?? "");
  const texts = [...english.values()].map(({ source }) => source).join("\n");
  const unused = [...english.keys()].filter(
    (key) =>
      !code.includes(`"${key}"`) && !texts.includes(`{ ${key} }`) && !dynamic.some((prefix) => key.startsWith(prefix)),
  );
  assert.deepEqual(unused, []);
});

test("every way in which a job can stand or end has its words, for its owner and for the admins", () => {
  const needed = [
    ...failures.flatMap((failure) => [`studio-failure-${failure}`, `studio-admin-failure-${failure}`]),
    ...jobStates.flatMap((state) => [`studio-admin-sign-${state}`, `studio-admin-state-${state}`]),
  ];
  assert.deepEqual(
    needed.filter((key) => !english.has(key)),
    [],
  );
});

function sources(): readonly string[] {
  return globSync("src/**/*.ts").filter((file) => !/\.test\.ts$|\/sandbox\//.test(file));
}

function lineWith(file: string, key: string): string {
  return (
    readFileSync(file, "utf8")
      .split("\n")
      .find((line) => line.includes(key)) ?? ""
  );
}
