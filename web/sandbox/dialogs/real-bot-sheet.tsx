import type { JSX } from "preact";

import { Dialog } from "../../shared/ui/dialog.tsx";
import { useTexts } from "../session/use-session.ts";
import type { SheetProps } from "./sheet-host.tsx";

/** How to leave the sandbox behind. */
export function RealBotSheet({ onClose }: SheetProps): JSX.Element {
  const { strip, common } = useTexts();
  const [create, restart, open] = strip.steps;
  return (
    <Dialog title={strip.title} closeLabel={common.close} onClose={onClose}>
      <ol class="steps">
        <li>{create}</li>
        <li>
          {restart}
          <pre tabIndex={0}>
            <code>TELEGRAM_BOT_TOKEN=123456:ABC… npm start</code>
          </pre>
        </li>
        <li>{open}</li>
      </ol>
      <p class="sheet-text muted">{strip.note}</p>
      <div class="sheet-actions">
        <button type="button" class="button" onClick={onClose}>
          {common.done}
        </button>
      </div>
    </Dialog>
  );
}
