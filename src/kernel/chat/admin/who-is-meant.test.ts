import assert from "node:assert/strict";
import { test } from "node:test";

import { whoIsMeant } from "./who-is-meant.ts";

const sender = { id: 42, is_bot: false, first_name: "Ann" };

test("a person is meant by what is typed, by a contact, and by a message of his that was forwarded", () => {
  assert.equal(whoIsMeant({ text: "  @ann " }), "@ann");
  assert.equal(whoIsMeant({ contact: { phone_number: "1", first_name: "Ann", user_id: 42 } }), "42");
  const forwarded = { type: "user", date: 1, sender_user: sender } as const;
  assert.equal(whoIsMeant({ text: "hello @bob", forward_origin: forwarded }), "42", "the sender, not his words");
});

test("a hidden sender, a channel, a contact without Telegram and nothing at all tell nobody", () => {
  const hidden = { type: "hidden_user", date: 1, sender_user_name: "Ann" } as const;
  assert.equal(whoIsMeant({ text: "@bob", forward_origin: hidden }), undefined);
  const channel = {
    type: "channel",
    date: 1,
    message_id: 1,
    chat: { id: -100, type: "channel", title: "News" },
  } as const;
  assert.equal(whoIsMeant({ text: "@bob", forward_origin: channel }), undefined);
  assert.equal(whoIsMeant({ contact: { phone_number: "1", first_name: "Ann" } }), undefined);
  assert.equal(whoIsMeant({ text: "   " }), undefined);
  assert.equal(whoIsMeant({}), undefined);
});
