import { useSignalEffect } from "@preact/signals";
import type { JSX } from "preact";
import { useRef } from "preact/hooks";

import { useSession } from "../session/use-session.ts";

/** Short notices above the input field. The region is always there, so that screen readers hear what comes into it. */
export function ToastHost(): JSX.Element {
  const { toasts, sheet } = useSession();
  const region = useRef<HTMLDivElement>(null);
  useSignalEffect(() => {
    const isNeeded = toasts.shown.value.length > 0;
    // A dialog that opens comes above everything raised before it, so the toasts are raised again once it is drawn.
    const isAboveDialog = sheet.value !== undefined;
    if (!isNeeded) return undefined;
    if (!isAboveDialog) {
      raise(region.current);
      return undefined;
    }
    const frame = requestAnimationFrame(() => {
      raise(region.current);
    });
    return () => {
      cancelAnimationFrame(frame);
    };
  });
  return (
    <div class="toasts" role="status" aria-live="polite" popover="manual" ref={region}>
      {toasts.shown.value.map(({ id, text }) => (
        <p key={id} class="toast">
          {text}
        </p>
      ))}
    </div>
  );
}

/** To the top of the top layer, above a dialog that was opened meanwhile. */
function raise(region: HTMLElement | null): void {
  if (region?.matches(":popover-open") === true) region.hidePopover();
  region?.showPopover();
}
