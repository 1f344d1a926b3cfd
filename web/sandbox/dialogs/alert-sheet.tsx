import type { JSX } from "preact";

import { Dialog } from "../../shared/ui/dialog.tsx";
import { useSlice, useTexts } from "../session/use-session.ts";
import type { SheetProps } from "./sheet-host.tsx";

/** What a bot says with `show_alert`: it must be read and dismissed. */
export function AlertSheet({ text, onClose }: SheetProps & { readonly text: string }): JSX.Element {
  const t = useTexts();
  const botName = useSlice((state) => state.bot.firstName);
  return (
    <Dialog title={botName} role="alertdialog" class="small" closeLabel={t.common.close} onClose={onClose}>
      <p class="sheet-text pre-line">{text}</p>
      <div class="sheet-actions">
        <button type="button" class="button" data-focus onClick={onClose}>
          {t.common.ok}
        </button>
      </div>
    </Dialog>
  );
}
