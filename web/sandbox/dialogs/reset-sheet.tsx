import type { JSX } from "preact";

import { Dialog } from "../../shared/ui/dialog.tsx";
import { useSession, useTexts } from "../session/use-session.ts";
import { SheetForm } from "./sheet-form.tsx";
import type { SheetProps } from "./sheet-host.tsx";

export function ResetSheet({ onClose }: SheetProps): JSX.Element {
  const { api } = useSession();
  const t = useTexts();
  const reset = async (): Promise<void> => {
    await api.reset();
    onClose();
  };
  return (
    <Dialog title={t.panel.resetTitle} role="alertdialog" class="small" closeLabel={t.common.close} onClose={onClose}>
      <SheetForm submit={t.panel.resetConfirm} isReady isDanger onSubmit={reset} onCancel={onClose}>
        <p class="sheet-text">{t.panel.resetText}</p>
      </SheetForm>
    </Dialog>
  );
}
