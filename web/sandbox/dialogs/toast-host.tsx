import type { JSX } from "preact";

import { useSession } from "../session/use-session.ts";

/** Short notices above the input field. The region is always there, so that screen readers hear what comes into it. */
export function ToastHost(): JSX.Element {
  const { toasts } = useSession();
  return (
    <div class="toasts" role="status" aria-live="polite">
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
