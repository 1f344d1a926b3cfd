import type { ComponentChildren, JSX } from "preact";
import { useState } from "preact/hooks";

import { useSession, useTexts } from "../session/use-session.ts";

interface SheetFormProps {
  /** What the button that does it says. */
  readonly submit: string;
  readonly isReady: boolean;
  readonly isDanger?: boolean;
  readonly onSubmit: () => Promise<void>;
  readonly onCancel: () => void;
  readonly children: ComponentChildren;
}

/** A dialog's fields with Cancel and the button that does it; while it is being done, it cannot be done again. */
export function SheetForm({ submit, isReady, isDanger, onSubmit, onCancel, children }: SheetFormProps): JSX.Element {
  const { attempt } = useSession();
  const { common } = useTexts();
  const [isBusy, setBusy] = useState(false);
  const run = async (): Promise<void> => {
    setBusy(true);
    await attempt(onSubmit);
    setBusy(false);
  };
  return (
    <form
      class="sheet-form"
      onSubmit={(event) => {
        event.preventDefault();
        if (isBusy || !isReady) return;
        void run();
      }}
    >
      {children}
      <div class="sheet-actions">
        <button type="button" class="button quiet" onClick={onCancel}>
          {common.cancel}
        </button>
        <button
          type="submit"
          class={isDanger === true ? "button danger" : "button"}
          disabled={!isReady || isBusy}
          aria-busy={isBusy}
        >
          {submit}
        </button>
      </div>
    </form>
  );
}
