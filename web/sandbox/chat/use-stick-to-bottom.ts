import { useSignal } from "@preact/signals";
import type { ReadonlySignal } from "@preact/signals";
import type { RefObject } from "preact";
import { useLayoutEffect, useRef } from "preact/hooks";

export interface Stick {
  readonly scroller: RefObject<HTMLDivElement | null>;
  readonly content: RefObject<HTMLDivElement | null>;
  /** The end of the conversation is in view, and stays so as it grows. */
  readonly isAtBottom: ReadonlySignal<boolean>;
  readonly jumpDown: (behavior?: ScrollBehavior) => void;
}

/** How near the end still counts as being there. */
const nearPx = 60;

/**
 * Scrolls like a chat: starts at `startAt` (or the end), follows the end while it is in view, and stays put while the
 * reader is further up. A resize observer sees every cause of growth: new messages, edits, images, the keyboard.
 */
export function useStickToBottom(startAt: () => Element | null | undefined): Stick {
  const scroller = useRef<HTMLDivElement>(null);
  const content = useRef<HTMLDivElement>(null);
  const isAtBottom = useSignal(true);

  const jumpDown = (behavior: ScrollBehavior = "auto"): void => {
    scroller.current?.scrollTo({ top: scroller.current.scrollHeight, behavior });
  };
  useLayoutEffect(() => {
    const box = scroller.current;
    const inner = content.current;
    if (box === null || inner === null) return undefined;
    const isNear = (): boolean => box.scrollHeight - box.scrollTop - box.clientHeight < nearPx;
    let topBefore = 0;
    const onScroll = (): void => {
      // Only moving up leaves the end: when a message has just come, the end is far away without anybody's doing.
      if (isNear()) isAtBottom.value = true;
      else if (box.scrollTop < topBefore) isAtBottom.value = false;
      topBefore = box.scrollTop;
    };
    const start = startAt();
    if (start) start.scrollIntoView({ block: "start" });
    else jumpDown();
    isAtBottom.value = isNear();
    topBefore = box.scrollTop;
    const observer = new ResizeObserver(() => {
      if (isAtBottom.peek()) jumpDown();
      else isAtBottom.value = isNear();
    });
    observer.observe(box);
    observer.observe(inner);
    box.addEventListener("scroll", onScroll, { passive: true });
    return () => {
      observer.disconnect();
      box.removeEventListener("scroll", onScroll);
    };
  }, []);
  return { scroller, content, isAtBottom, jumpDown };
}
