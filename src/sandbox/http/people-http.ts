import type { IncomingMessage, ServerResponse } from "node:http";

import type { CallLog } from "../call-log.ts";
import type { Faults } from "../faults.ts";
import { addBot, makeGroup, migrateGroup, promoteBot, removeBot } from "../people/group-actions.ts";
import { chooseInline, typeInline } from "../people/inline-actions.ts";
import * as actions from "../people/people-actions.ts";
import { sendPhoto } from "../people/send-photo.ts";
import { stateFor, viewOfChat, viewOfInvoice } from "../people/views.ts";
import { walletActions } from "../people/wallet-actions.ts";
import { sandboxNewcomerId } from "../world/first-world.ts";
import { addPerson, changeStars, viewOfPerson } from "../world/people.ts";
import { present } from "../world/present.ts";
import { addTopic } from "../world/topics.ts";
import type { PersonRecord, World } from "../world/world.ts";
import { BodyTooLarge, BodyUnreadable, parseJsonObject, readBody } from "./body.ts";
import { faultRequest, optionalNumber, optionalText, requiredNumber, requiredText } from "./fields.ts";
import type { Fields } from "./fields.ts";
import { replyJson } from "./json-reply.ts";
import { sendBytes } from "./send-bytes.ts";

const megabyte = 1024 * 1024;
const largestPhoto = 10 * megabyte;
const largestJson = megabyte;

export interface PeopleParts {
  readonly world: World;
  readonly faults: Faults;
  readonly calls: CallLog;
  readonly reset: () => void;
}

interface Visit {
  readonly parts: PeopleParts;
  readonly request: IncomingMessage;
  readonly response: ServerResponse;
  readonly url: URL;
  /** What follows `/sandbox/api/`, split at the slashes. */
  readonly path: readonly string[];
}

/** Answers `/sandbox/api/…`: what people do, as `protocol.ts` says. */
export async function servePeople(
  parts: PeopleParts,
  request: IncomingMessage,
  response: ServerResponse,
): Promise<void> {
  const url = new URL(request.url ?? "/", "http://sandbox");
  const path = url.pathname.replace(/^\/sandbox\/api\/?/, "").split("/");
  try {
    const answer = await answerVisit({ parts, request, response, url, path });
    if (answer !== alreadyAnswered) replyJson(response, 200, answer ?? {});
  } catch (error) {
    if (error instanceof actions.PersonError) replyJson(response, error.status, { error: error.message });
    else if (error instanceof BodyUnreadable) replyJson(response, 400, { error: error.message });
    else if (error instanceof BodyTooLarge) replyJson(response, 413, { error: "That is too large." }, true);
    else throw error;
  }
}

const alreadyAnswered = Symbol("already answered");

async function answerVisit(visit: Visit): Promise<unknown> {
  const { parts, request, url, path } = visit;
  const { world } = parts;
  const [collection, id] = path;
  switch (`${request.method} ${collection}`) {
    case "GET state": {
      const person = actions.findPerson(world, Number(url.searchParams.get("as") ?? sandboxNewcomerId));
      return stateFor(world, person, { calls: parts.calls.latest(), faults: parts.faults.list() });
    }
    case "GET files":
    case "HEAD files":
      sendFile(visit, id ?? "");
      return alreadyAnswered;
    case "GET invoices":
      return viewOfInvoice(actions.findInvoiceLink(world, url.searchParams.get("link") ?? ""));
    case "POST faults":
      return parts.faults.add(faultRequest(await readJson(request)));
    case "DELETE faults":
      if (id === undefined) parts.faults.clear();
      else if (!parts.faults.remove(Number(id))) throw new actions.PersonError("There is no such fault.", 404);
      return {};
    case "POST reset":
      parts.reset();
      return {};
    case "POST people":
      return id === undefined
        ? newPerson(world, await readJson(request))
        : await act(visit, actions.findPerson(world, Number(id)));
    default:
      throw new actions.PersonError("There is no such page.", 404);
  }
}

function sendFile({ parts, request, response }: Visit, id: string): void {
  const file = parts.world.files.find(id);
  if (file === undefined) throw new actions.PersonError("There is no such file.", 404);
  sendBytes(request, response, { bytes: file.bytes, contentType: safeType(file.mimeType) });
}

/** A file that a person sent as HTML must not run as a page of this origin. */
function safeType(mimeType: string): string {
  return /^(image\/(?!svg)|video\/|audio\/)/.test(mimeType) ? mimeType : "application/octet-stream";
}

async function readJson(request: IncomingMessage): Promise<Fields> {
  return parseJsonObject(await readBody(request, largestJson));
}

function newPerson(world: World, fields: Fields): unknown {
  const firstName = requiredText(fields, "firstName").trim();
  if (firstName === "" || firstName.length > 64) throw new actions.PersonError("A first name has 1 to 64 characters.");
  const username = optionalText(fields, "username");
  if (username !== undefined && !/^[A-Za-z]\w{4,31}$/.test(username)) {
    throw new actions.PersonError("A username has 5 to 32 letters, digits and underscores, and begins with a letter.");
  }
  const languageCode = optionalText(fields, "languageCode");
  const about = optionalText(fields, "about");
  return viewOfPerson(addPerson(world, { firstName, ...present({ username, languageCode, about }) }));
}

async function act({ parts, request, url, path }: Visit, person: PersonRecord): Promise<unknown> {
  const { world } = parts;
  const action = path.slice(2).join("/");
  if (action === "photos") {
    const bytes = await readBody(request, largestPhoto);
    return {
      message: sendPhoto(world, person, url.searchParams, {
        bytes,
        contentType: request.headers["content-type"] ?? "",
      }),
    };
  }
  const fields = await readJson(request);
  switch (action) {
    case "messages":
      return { message: actions.sendText(world, person, textRequest(fields)) };
    case "presses":
      return { queryId: actions.press(world, person, pressRequest(fields)) };
    case "payments": {
      const [chatId, messageId] = [optionalNumber(fields, "chatId"), optionalNumber(fields, "messageId")];
      return await actions.pay(world, person, present({ chatId, messageId, link: optionalText(fields, "link") }));
    }
    case "inline":
      return await typeInline(world, person, {
        chatId: requiredNumber(fields, "chatId"),
        query: requiredText(fields, "query"),
        ...present({ offset: optionalText(fields, "offset") }),
      });
    case "inline/choose":
      return { message: chooseInline(world, person, choiceRequest(fields)) };
    case "start":
      return { message: actions.pressStart(world, person, optionalText(fields, "payload")) };
    case "block":
      actions.block(world, person);
      return {};
    case "unblock":
      actions.unblock(world, person);
      return {};
    case "edits": {
      const { chatId, messageId } = {
        chatId: requiredNumber(fields, "chatId"),
        messageId: requiredNumber(fields, "messageId"),
      };
      return { message: actions.editText(world, person, { chatId, messageId, text: requiredText(fields, "text") }) };
    }
    case "stars":
      return { balance: changeStars(world, person, starAmount(fields)) };
    default: {
      const change = walletActions.get(action);
      if (change === undefined) return actOnGroup(world, person, action, fields);
      change(world, person, requiredText(fields, "chargeId"));
      return {};
    }
  }
}

function textRequest(fields: Fields): Parameters<typeof actions.sendText>[2] {
  const replyToMessageId = optionalNumber(fields, "replyToMessageId");
  const threadId = optionalNumber(fields, "threadId");
  return {
    chatId: requiredNumber(fields, "chatId"),
    text: requiredText(fields, "text"),
    ...present({ replyToMessageId, threadId }),
  };
}

function choiceRequest(fields: Fields): Parameters<typeof chooseInline>[2] {
  const [replyToMessageId, threadId] = [optionalNumber(fields, "replyToMessageId"), optionalNumber(fields, "threadId")];
  return {
    chatId: requiredNumber(fields, "chatId"),
    queryId: requiredText(fields, "queryId"),
    resultId: requiredText(fields, "resultId"),
    ...present({ replyToMessageId, threadId }),
  };
}

function pressRequest(fields: Fields): Parameters<typeof actions.press>[2] {
  return {
    chatId: requiredNumber(fields, "chatId"),
    messageId: requiredNumber(fields, "messageId"),
    data: requiredText(fields, "data"),
  };
}

function starAmount(fields: Fields): number {
  const amount = requiredNumber(fields, "amount");
  if (amount < 1 || amount > 1_000_000) throw new actions.PersonError("Add 1 to 1,000,000 Stars.");
  return amount;
}

/** What can be done to a group that exists. */
const groupActions: ReadonlySet<string> = new Set([
  "groups/migrate",
  "groups/remove-bot",
  "groups/add-bot",
  "groups/promote-bot",
  "groups/demote-bot",
  "topics",
]);

function actOnGroup(world: World, person: PersonRecord, action: string, fields: Fields): unknown {
  if (action === "groups") {
    const chat = makeGroup(world, person, {
      title: requiredText(fields, "title"),
      memberIds: Array.isArray(fields["memberIds"]) ? fields["memberIds"].map(Number) : [],
      forum: fields["forum"] === true,
    });
    return { chat: viewOfChat(world, chat, person) };
  }
  if (!groupActions.has(action)) throw new actions.PersonError("There is no such action.", 404);
  const chat = actions.findChat(world, person, requiredNumber(fields, "chatId"));
  switch (action) {
    case "groups/migrate":
      return { chatId: migrateGroup(world, person, chat).id };
    case "groups/remove-bot":
      removeBot(world, person, chat);
      return {};
    case "groups/add-bot":
      addBot(world, person, chat);
      return {};
    case "groups/promote-bot":
    case "groups/demote-bot":
      promoteBot(world, person, chat, action === "groups/promote-bot");
      return {};
    default:
      if (!chat.isForum) throw new actions.PersonError("Only a forum has topics.");
      return { threadId: addTopic(world, chat, { name: requiredText(fields, "name"), by: person }).threadId };
  }
}
