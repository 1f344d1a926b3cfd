import assert from "node:assert/strict";
import { test } from "node:test";

import { blockedWord } from "./blocked-word.ts";

const cases: readonly (readonly [string, string, boolean, string])[] = [
  ["a Bomb goes off", "bomb", true, "case does not matter"],
  ["a bombastic speech", "bomb", false, "a word inside another one is another word"],
  ["a bomb, at night", "bomb", true, "punctuation ends a word"],
  ["BOMB", "Bomb", true, "neither side's case matters"],
  ["b\u{200B}omb", "bomb", true, "invisible characters do not hide it"],
  ["ｂｏｍｂ", "bomb", true, "nor do wide letters"],
  ["bómb", "bomb", true, "nor accents"],
  ["a bomb", "bómb", true, "accents in the list do not matter either"],
  ["Éclair", "eclair", true, "composed and decomposed letters are the same"],
  ["STRASSE straße", "straße", true, "letters that only one case has"],
  ["big red  button", "red button", true, "several words with any space between them"],
  ["big red, button", "red button", true, "or punctuation"],
  ["red or button", "red button", false, "but nothing else"],
  ["폭탄을 던지는 사람", "폭탄", true, "Korean words have endings attached"],
  ["대폭탄세일", "폭탄", false, "but begin where a word begins"],
  ["一个炸弹爆炸", "炸弹", true, "Chinese has no spaces"],
  ["ばくだんの絵", "ばくだん", true, "nor has Japanese"],
  ["a peaceful sea", "bomb", false, "other prompts pass"],
  ["...", "bomb", false, "so do prompts without a word"],
];

for (const [text, word, isBlocked, why] of cases) {
  test(`${JSON.stringify(word)} in ${JSON.stringify(text)}: ${why}`, () => {
    assert.equal(blockedWord(text, ["something else", word]), isBlocked ? word : undefined);
  });
}

test("an entry without a letter blocks nothing", () => {
  assert.equal(blockedWord("!!! ... ???", ["!!!", " "]), undefined);
});
