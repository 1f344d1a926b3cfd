import assert from "node:assert/strict";
import { test } from "node:test";

import { Html, html } from "./html.ts";

test("values from outside are escaped, markup of our own is not", () => {
  const name = `<b>"Tom" & Jerry</b>`;
  assert.equal(html`<i>${name}</i>`.markup, "<i>&lt;b&gt;&quot;Tom&quot; &amp; Jerry&lt;/b&gt;</i>");
  assert.equal(html`${html`<b>${1}</b>`}!`.markup, "<b>1</b>!");
  assert.equal(Html.join([Html.text("<"), Html.trusted("<b>x</b>")]).markup, "&lt;\n<b>x</b>");
});
