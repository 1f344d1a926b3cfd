import type { RefObject } from "preact";
import { useRef } from "preact/hooks";

interface SwipeHandlers {
  readonly onTouchStart: (event: TouchEvent) => void;
  readonly onTouchMove: (event: TouchEvent) => void;
  readonly onTouchEnd: () => void;
}

/** How far a message must be pulled before letting go replies to it. */
const enoughPx = 56;
const farthestPx = 72;

/** Pulling a message to the left replies to it, as in Telegram's phone apps. */
export function useSwipeToReply(row: RefObject<HTMLElement | null>, onReply: () => void): SwipeHandlers {
  const start = useRef<{ readonly x: number; readonly y: number } | undefined>(undefined);
  const pulled = useRef(0);
  const pull = (px: number): void => {
    pulled.current = px;
    row.current?.style.setProperty("--pull", `${String(-px)}px`);
  };
  return {
    onTouchStart: ({ touches }) => {
      const touch = touches[0];
      start.current = touches.length === 1 && touch ? { x: touch.clientX, y: touch.clientY } : undefined;
    },
    onTouchMove: ({ touches }) => {
      const touch = touches[0];
      if (start.current === undefined || touch === undefined) return;
      const left = start.current.x - touch.clientX;
      // Mostly vertical: the person scrolls.
      if (pulled.current === 0 && Math.abs(touch.clientY - start.current.y) > Math.abs(left)) {
        start.current = undefined;
        return;
      }
      pull(Math.min(Math.max(left, 0), farthestPx));
    },
    onTouchEnd: () => {
      const isEnough = pulled.current >= enoughPx;
      start.current = undefined;
      pull(0);
      if (isEnough) onReply();
    },
  };
}
