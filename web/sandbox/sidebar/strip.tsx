import type { JSX } from "preact";
import { useState } from "preact/hooks";

import { Icon } from "../../shared/ui/icon.tsx";
import { useSession, useTexts } from "../session/use-session.ts";

const storageKey = "telecast.sandbox.strip";

/** Says that nothing here is real, and how to make it real. Hidden for this tab when closed. */
export function Strip(): JSX.Element | null {
  const session = useSession();
  const { strip } = useTexts();
  const [isHidden, setHidden] = useState(() => sessionStorage.getItem(storageKey) === "hidden");
  if (isHidden) return null;
  return (
    <aside class="strip" aria-label={strip.label}>
      <p>
        <strong>{strip.lead}</strong> {strip.text}{" "}
        <button
          type="button"
          class="strip-how"
          onClick={() => {
            session.sheet.value = { kind: "real-bot" };
          }}
        >
          {strip.how}
        </button>
      </p>
      <button
        type="button"
        class="icon-button"
        aria-label={strip.hide}
        onClick={() => {
          sessionStorage.setItem(storageKey, "hidden");
          setHidden(true);
        }}
      >
        <Icon name="close" size={18} />
      </button>
    </aside>
  );
}
