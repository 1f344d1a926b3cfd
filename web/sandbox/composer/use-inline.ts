import { useEffect, useState } from "preact/hooks";

import type { InlineView } from "../../../src/sandbox/protocol.ts";
import { inlineQuery } from "../model/inline-query.ts";
import { ApiRefusal } from "../session/api.ts";
import { followLink } from "../session/follow-link.ts";
import { useSession, useSlice } from "../session/use-session.ts";

/** The bot's inline mode, while its name stands at the beginning of the draft. */
export interface Inline {
  /** What it offers for the words so far, page by page; undefined until it has answered. */
  readonly offers: readonly InlineOffer[] | undefined;
  /** Above the offers. */
  readonly button: string | undefined;
  readonly isAsking: boolean;
  /** Undefined when there is no more. */
  readonly showMore: (() => void) | undefined;
  /** The button above the offers: on to the private chat. */
  readonly openPrivate: () => void;
  /** Sends what is offered. @returns whether the sandbox took it. */
  readonly choose: (index: number, place: InlinePlace) => Promise<boolean>;
}

/** Each belongs to the answer that it came with. */
export type InlineOffer = InlineView["results"][number] & { readonly queryId: string };

export interface InlinePlace {
  readonly threadId: number | undefined;
  readonly replyToMessageId: number | undefined;
}

/** As long as clients wait for the next letter. */
const typingPauseMs = 250;

export function useInline(chatId: number, draft: string): Inline | undefined {
  const session = useSession();
  const { api, attempt } = session;
  const bot = useSlice((state) => state.bot);
  const meId = useSlice((state) => state.me.id);
  const query = inlineQuery(draft, bot);
  const [pages, setPages] = useState<readonly InlineView[] | undefined>(undefined);
  const [isAsking, setAsking] = useState(false);

  useEffect(() => {
    if (query === undefined) return undefined;
    let isCurrent = true;
    const ask = async (): Promise<void> => {
      const answer = await askQuietly(async () => await api.askInline({ chatId, query }));
      if (!isCurrent) return;
      setPages(answer && [answer]);
      setAsking(false);
    };
    setAsking(true);
    const timer = setTimeout(() => void ask(), typingPauseMs);
    return () => {
      isCurrent = false;
      clearTimeout(timer);
    };
  }, [chatId, meId, query]);

  if (query === undefined) return undefined;
  const append = async (offset: string): Promise<void> => {
    const next = await attempt(async () => await api.askInline({ chatId, query, offset }));
    if (next !== undefined) setPages([...(pages ?? []), next]);
  };
  const offers = pages?.flatMap(({ queryId, results }) => results.map((result) => ({ ...result, queryId })));
  const offset = pages?.at(-1)?.nextOffset;
  const button = pages?.[0]?.button;
  return {
    offers,
    button: button?.text,
    isAsking,
    showMore:
      offset === undefined
        ? undefined
        : () => {
            void append(offset);
          },
    openPrivate: () => {
      if (button !== undefined) followLink(session, `https://t.me/${bot.username}?start=${button.startParameter}`);
    },
    choose: async (index, { threadId, replyToMessageId }) => {
      const offer = offers?.[index];
      if (offer === undefined) return false;
      const place = {
        ...(threadId === undefined ? {} : { threadId }),
        ...(replyToMessageId === undefined ? {} : { replyToMessageId }),
      };
      const { queryId, id: resultId } = offer;
      const sent = await attempt(async () => await api.chooseInline({ chatId, queryId, resultId, ...place }));
      return sent !== undefined;
    },
  };
}

/** A bot that does not answer has nothing to offer: whoever types is not bothered with it. */
async function askQuietly(ask: () => Promise<InlineView>): Promise<InlineView | undefined> {
  try {
    return await ask();
  } catch (error) {
    if (error instanceof ApiRefusal) return undefined;
    throw error;
  }
}
