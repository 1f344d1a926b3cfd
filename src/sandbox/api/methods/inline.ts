import type { InlineQueryResult, InputMessageContent } from "@grammyjs/types";

import type { MediaDescription } from "../../world/file-store.ts";
import { answerInline, type InlineItem } from "../../world/inline.ts";
import type { MessageContent } from "../../world/messages.ts";
import { present } from "../../world/present.ts";
import type { World } from "../../world/world.ts";
import { badRequest } from "../bot-api-error.ts";
import type { MethodTable, Params } from "../context.ts";
import { photoContent, videoContent } from "../media-content.ts";
import { inlineKeyboard } from "../reply-markup.ts";
import { textContent } from "../send.ts";
import { readCaption } from "../texts.ts";

const mostResults = 50;
const longestId = 64;
const longestOffset = 64;
const usualCacheSeconds = 300;

export const inlineMethods = {
  answerInlineQuery: async ({ world }, params) => {
    const { results, next_offset: nextOffset = "" } = params;
    if (results.length > mostResults) throw badRequest("RESULTS_TOO_MUCH");
    if (Buffer.byteLength(nextOffset) > longestOffset) throw badRequest("NEXT_OFFSET_INVALID");
    const ids = new Set<string>();
    for (const { id } of results) {
      if (id === "" || Buffer.byteLength(id) > longestId) throw badRequest("RESULT_ID_INVALID");
      if (ids.has(id)) throw badRequest("RESULT_ID_DUPLICATE");
      ids.add(id);
    }
    const items: InlineItem[] = [];
    for (const result of results) items.push(await readResult(world, result));
    const isOpen = answerInline(world, params.inline_query_id, {
      items,
      nextOffset,
      cacheSeconds: params.cache_time ?? usualCacheSeconds,
      isPersonal: params.is_personal ?? false,
      ...present({ button: readButton(params.button) }),
    });
    if (!isOpen) throw badRequest("query is too old and response timeout expired or query ID is invalid");
    return true;
  },
} satisfies MethodTable;

function readButton(
  button: Params<"answerInlineQuery">["button"],
): { readonly text: string; readonly startParameter: string } | undefined {
  if (button === undefined) return undefined;
  const { text, start_parameter: startParameter } = button;
  if (text.trim() === "") throw badRequest("BUTTON_TEXT_EMPTY");
  if (startParameter === undefined)
    throw badRequest("inline buttons that open a Mini App are not supported by the sandbox");
  if (startParameter === "") throw badRequest("START_PARAM_EMPTY");
  if (!/^[A-Za-z0-9_-]{1,64}$/.test(startParameter)) throw badRequest("START_PARAM_INVALID");
  return { text, startParameter };
}

/** What a person is shown, and what it becomes when he chooses it. */
async function readResult(world: World, result: InlineQueryResult): Promise<InlineItem> {
  const markup = "reply_markup" in result ? result.reply_markup : undefined;
  const keyboard = present({ reply_markup: inlineKeyboard(markup, "group") });
  if (result.type === "article") {
    if (result.title.trim() === "") throw badRequest("title is empty");
    const content = { ...wordsOf(result.input_message_content), ...keyboard };
    return { ...shownAs(result), title: result.title, content };
  }
  const media = await mediaOf(world, result);
  const small = media.video?.thumbnail ?? media.photo?.[0];
  return {
    ...shownAs(result),
    title: "title" in result ? (result.title ?? "") : "",
    ...present({ thumbnailFileId: small?.file_id }),
    content: { ...media, ...readCaption("caption" in result ? result : {}), ...keyboard },
  };
}

async function mediaOf(world: World, result: InlineQueryResult): Promise<MediaDescription> {
  const isPlain = !("input_message_content" in result) || result.input_message_content === undefined;
  if (isPlain && "video_file_id" in result) {
    if (result.title.trim() === "") throw badRequest("title is empty");
    return await videoContent(world, { video: result.video_file_id });
  }
  if (isPlain && "photo_file_id" in result) return await photoContent(world, result.photo_file_id);
  throw badRequest(`an inline result of type ${result.type} like this is not supported by the sandbox`);
}

function shownAs(result: InlineQueryResult): Pick<InlineItem, "id" | "type" | "description"> {
  const { id, type } = result;
  return { id, type, ...present({ description: "description" in result ? result.description : undefined }) };
}

function wordsOf(content: InputMessageContent): MessageContent {
  if (!("message_text" in content)) {
    throw badRequest("an inline result that sends anything but a text is not supported by the sandbox");
  }
  return textContent({ ...content, text: content.message_text });
}
