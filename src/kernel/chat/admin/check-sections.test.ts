import assert from "node:assert/strict";
import { test } from "node:test";

import type { AdminPage, AdminSection } from "../../feature.ts";
import { Html } from "../../lib/html.ts";
import { checkSections } from "./check-sections.ts";

const page: AdminPage = async () => await Promise.resolve({ html: Html.text("") });
const section = (given: Partial<AdminSection>): AdminSection => ({
  id: "one",
  label: "a-label",
  pages: { main: page },
  ...given,
});

test("sections with names of their own are fine", () => {
  checkSections([section({}), section({ id: "two", label: "b-label", actions: { go: async () => undefined } })]);
});

test("two sections of one name stop the start, and both are named", () => {
  assert.throws(() => checkSections([section({}), section({ label: "b-label" })]), /one .*a-label and b-label/);
});

test("names that a button cannot carry, or that mean two things, stop the start", () => {
  assert.throws(() => checkSections([section({ id: "toolong" })]), /toolong of a-label/);
  assert.throws(() => checkSections([section({ pages: { main: page, "a:b": page } })]), /a:b/);
  assert.throws(
    () => checkSections([section({ pages: { main: page, go: page }, actions: { go: async () => undefined } })]),
    /both a page and an action/,
  );
});
