import type { ComponentChildren, JSX } from "preact";
import { useId, useLayoutEffect, useRef } from "preact/hooks";

import { Icon } from "./icon.tsx";

interface DialogProps {
  readonly title: string;
  readonly closeLabel: string;
  readonly onClose: () => void;
  readonly children: ComponentChildren;
  /** `alertdialog` interrupts: something must be read. */
  readonly role?: "dialog" | "alertdialog";
  readonly class?: string;
  /** No visible title bar; the title still names the dialog. */
  readonly bare?: boolean;
}

/**
 * A modal dialog: begins at what is marked with `data-focus`, keeps the focus inside, closes on Escape and on a
 * press outside; a sheet from below on phones.
 */
export function Dialog({ title, closeLabel, onClose, children, ...look }: DialogProps): JSX.Element {
  const ref = useRef<HTMLDialogElement>(null);
  const titleId = useId();
  useLayoutEffect(() => {
    const dialog = ref.current;
    dialog?.showModal();
    dialog?.querySelector<HTMLElement>("[data-focus]")?.focus();
    return () => {
      dialog?.close();
    };
  }, []);
  return (
    <dialog
      ref={ref}
      class={`dialog ${look.class ?? ""}`}
      role={look.role ?? "dialog"}
      aria-labelledby={titleId}
      onCancel={(event) => {
        event.preventDefault();
        onClose();
      }}
      onPointerDown={(event) => {
        if (event.target === ref.current) onClose();
      }}
    >
      <div class="dialog-body">
        <header class={look.bare === true ? "visually-hidden" : "dialog-head"}>
          <h2 id={titleId}>{title}</h2>
          {look.bare !== true && (
            <button type="button" class="icon-button" aria-label={closeLabel} onClick={onClose}>
              <Icon name="close" />
            </button>
          )}
        </header>
        {children}
      </div>
    </dialog>
  );
}
