import type { Message } from "@grammyjs/types";
import { useLayoutEffect, useRef, useState } from "preact/hooks";

import type { Stick } from "./use-stick-to-bottom.ts";

export interface MessageWindow {
  readonly shown: readonly Message[];
  readonly hasEarlier: boolean;
  readonly showEarlier: () => void;
}

const pageSize = 100;
/** More rows than this are dropped again once the reader is back at the end. */
const mostRows = 400;

/** Draws only the end of a long conversation; going up adds pages, and what is in view stays where it is. */
export function useMessageWindow(messages: readonly Message[], { scroller, isAtBottom }: Stick): MessageWindow {
  const [firstId, setFirstId] = useState(() => messages.at(-pageSize)?.message_id ?? 0);
  const fromEnd = useRef<number | undefined>(undefined);
  const first = messages.findIndex((message) => message.message_id >= firstId);
  const start = first === -1 ? Math.max(messages.length - pageSize, 0) : first;

  useLayoutEffect(() => {
    const box = scroller.current;
    if (box !== null && fromEnd.current !== undefined) box.scrollTop = box.scrollHeight - fromEnd.current;
    fromEnd.current = undefined;
  }, [firstId]);
  useLayoutEffect(() => {
    if (isAtBottom.value && messages.length - start > mostRows) setFirstId(messages.at(-pageSize)?.message_id ?? 0);
  }, [messages.length]);

  return {
    shown: messages.slice(start),
    hasEarlier: start > 0,
    showEarlier: () => {
      const box = scroller.current;
      if (box !== null) fromEnd.current = box.scrollHeight - box.scrollTop;
      setFirstId(messages[Math.max(start - pageSize, 0)]?.message_id ?? 0);
    },
  };
}
