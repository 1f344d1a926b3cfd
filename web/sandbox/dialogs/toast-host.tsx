import { useSignalEffect } from "@preact/signals";
import type { JSX } from "preact";
import { useRef } from "preact/hooks";

import { useSession } from "../session/use-session.ts";

/** Short notices above the input field. The region is always there, so that screen readers hear what comes into it. */
export function ToastHost(): JSX.Element {
  const { toasts } = useSession();
  const region = useRef<HTMLDivElement>(null);
  useSignalEffect(() => {
    if (toasts.shown.value.length > 0) raise(region.current);
  });
  return (
    <div class="toasts" role="status" aria-live="polite" popover="manual" ref={region}>
      {toasts.shown.value.map(({ id, text }) => (
        <button
          key={id}
          type="button"
          class="toast"
          onClick={() => {
            toasts.dismiss(id);
          }}
        >
          {text}
        </button>
      ))}
    </div>
  );
}

/** To the top of the top layer, above a dialog that was opened meanwhile. */
function raise(region: HTMLElement | null): void {
  if (region?.matches(":popover-open") === true) region.hidePopover();
  region?.showPopover();
}
