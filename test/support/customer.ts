import assert from "node:assert/strict";

import type { Message } from "@grammyjs/types";

import type { PersonHandle } from "../../src/sandbox/people/person-handle.ts";
import type { Sandbox } from "../../src/sandbox/server.ts";
import { buttonsOf, visibleText } from "./person.ts";
import { until } from "./until.ts";

/** Somebody who buys and orders, whatever happens to the bot meanwhile. Patient: the bot may be dead for a while. */
export interface Customer {
  readonly id: number;
  readonly hands: PersonHandle;
  /** What the bot has said in the private chat, as it stands now, oldest first. */
  readonly heard: () => readonly Message[];
  /** Waits for a message that fits; looks only after `since`, if given. */
  readonly hears: (what: string | RegExp | ((message: Message) => boolean), since?: Message) => Promise<Message>;
  readonly press: (label: string | RegExp) => Promise<void>;
  /** Asks for the smallest pack. @returns the invoice. */
  readonly invoice: () => Promise<Message>;
  /** Buys one credit and waits for the receipt. @returns the charge id. */
  readonly buy: () => Promise<string>;
  /** What `/start` says. */
  readonly balance: () => Promise<string>;
}

const patienceMs = 60_000;

export function customerOf(sandbox: Sandbox, id: number): Customer {
  const hands = sandbox.as(id);
  const heard = (): readonly Message[] => hands.messages().filter(({ from }) => from?.id !== id);
  const hears: Customer["hears"] = async (what, since) => {
    const fits = (message: Message): boolean => {
      if (typeof what === "function") return what(message);
      return typeof what === "string" ? visibleText(message).includes(what) : what.test(visibleText(message));
    };
    const found = (): Message | undefined =>
      heard().findLast((message) => (since === undefined || message.message_id > since.message_id) && fits(message));
    return await until(String(what), found, patienceMs).catch((error: unknown) => {
      const last = heard().slice(-4).map(visibleText);
      throw new Error(`${id} did not hear ${String(what)}, but ${JSON.stringify(last)}`, { cause: error });
    });
  };
  const press = async (label: string | RegExp): Promise<void> => {
    const fits = ({ text }: { readonly text: string }): boolean =>
      typeof label === "string" ? text.includes(label) : label.test(text);
    const message = await hears((each) => buttonsOf(each).some(fits));
    const button = buttonsOf(message).find(fits);
    assert.ok(button !== undefined);
    hands.press(message, button.text);
  };
  const invoice = async (): Promise<Message> => {
    const asked = hands.say("/buy");
    await hears(/^1 credit ·/m, asked);
    await press(/^1 credit ·/);
    return await hears((message) => message.invoice !== undefined, asked);
  };
  return {
    id,
    hands,
    heard,
    hears,
    press,
    invoice,
    buy: async () => {
      const bill = await invoice();
      const paid = await hands.pay(bill);
      assert.ok(paid.ok, "the payment was refused");
      await hears("Payment received", bill);
      return paid.chargeId;
    },
    balance: async () => {
      const asked = hands.say("/start");
      const welcome = await hears(/You have [\d.,−]+ credit/, asked);
      return /You have ([\d.,−]+) credit/.exec(visibleText(welcome))?.[1] ?? "";
    },
  };
}
