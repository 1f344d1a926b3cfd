import type { ComponentChildren, JSX } from "preact";
import { useEffect, useRef, useState } from "preact/hooks";

interface MenuProps {
  readonly label: string;
  readonly class?: string;
  /** What the button shows. */
  readonly button: ComponentChildren;
  /** Which side of the button the list hangs from. */
  readonly align?: "start" | "end";
  readonly listLabel?: string;
  readonly children: ComponentChildren;
}

/** A button that opens a list of actions. Arrow keys move, Escape and a press elsewhere close, choosing closes. */
export function Menu({ label, button, align = "start", children, ...props }: MenuProps): JSX.Element {
  const [isOpen, setOpen] = useState(false);
  const root = useRef<HTMLDivElement>(null);
  const trigger = useRef<HTMLButtonElement>(null);
  useEffect(() => {
    if (!isOpen) return undefined;
    items(root.current)[0]?.focus();
    const closeOutside = (event: PointerEvent): void => {
      if (event.target instanceof Node && !root.current?.contains(event.target)) setOpen(false);
    };
    document.addEventListener("pointerdown", closeOutside);
    return () => {
      document.removeEventListener("pointerdown", closeOutside);
    };
  }, [isOpen]);
  return (
    <div
      class={`menu ${props.class ?? ""}`}
      ref={root}
      onKeyDown={(event) => {
        if (isOpen && moveFocus(event, root.current) === "close") {
          setOpen(false);
          trigger.current?.focus();
        }
      }}
    >
      <button
        ref={trigger}
        type="button"
        class="menu-button"
        aria-label={label}
        aria-haspopup="menu"
        aria-expanded={isOpen}
        onClick={() => {
          setOpen(!isOpen);
        }}
      >
        {button}
      </button>
      {isOpen && (
        <div
          class="menu-list"
          role="menu"
          aria-label={props.listLabel ?? label}
          data-align={align}
          onClick={() => {
            setOpen(false);
          }}
        >
          {children}
        </div>
      )}
    </div>
  );
}

interface MenuItemProps {
  readonly onChoose: () => void;
  readonly children: ComponentChildren;
  /** Given: one of several of which one is chosen. */
  readonly checked?: boolean;
  readonly class?: string;
}

export function MenuItem({ onChoose, children, checked, ...props }: MenuItemProps): JSX.Element {
  return (
    <button
      type="button"
      class={`menu-item ${props.class ?? ""}`}
      role={checked === undefined ? "menuitem" : "menuitemradio"}
      aria-checked={checked}
      tabIndex={-1}
      onClick={onChoose}
    >
      {children}
    </button>
  );
}

function items(root: HTMLElement | null): readonly HTMLElement[] {
  return [...(root?.querySelectorAll<HTMLElement>("[role^=menuitem]") ?? [])];
}

function moveFocus(event: KeyboardEvent, root: HTMLElement | null): "close" | undefined {
  if (event.key === "Escape" || event.key === "Tab") {
    event.stopPropagation();
    return "close";
  }
  const all = items(root);
  const at = all.findIndex((item) => item === document.activeElement);
  const targets: Readonly<Record<string, number>> = {
    ArrowDown: (at + 1) % all.length,
    ArrowUp: (at - 1 + all.length) % all.length,
    Home: 0,
    End: all.length - 1,
  };
  const target = targets[event.key];
  if (target === undefined) return undefined;
  event.preventDefault();
  all[target]?.focus();
  return undefined;
}
