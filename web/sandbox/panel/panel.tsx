import type { JSX } from "preact";
import { useEffect, useState } from "preact/hooks";

import { Icon } from "../../shared/ui/icon.tsx";
import { useSession, useSlice, useTexts } from "../session/use-session.ts";
import { CallList } from "./call-list.tsx";
import { DemoButton, DemoOutcome } from "./demo-button.tsx";
import { FaultTab } from "./fault-tab.tsx";

type Tab = "calls" | "faults";

/** What happens behind the chat: the bot's calls as they come, and ways to disturb them. */
export function Panel(): JSX.Element {
  const session = useSession();
  const t = useTexts();
  const [tab, setTab] = useState<Tab>("calls");
  const close = (): void => {
    session.panelOpen.value = false;
  };
  useEscape(close);
  return (
    <aside class="panel" aria-label={t.panel.title}>
      <header class="panel-head">
        <h2>{t.panel.title}</h2>
        <button type="button" class="icon-button" aria-label={t.panel.close} onClick={close}>
          <Icon name="close" />
        </button>
      </header>
      <Tabs tab={tab} onTab={setTab} />
      <div key={tab} class="panel-body" role="tabpanel" aria-label={tab === "calls" ? t.panel.calls : t.faults.tab}>
        {tab === "calls" ? <CallList /> : <FaultTab />}
      </div>
      <footer class="panel-foot">
        <DemoOutcome />
        <button
          type="button"
          class="text-button danger"
          onClick={() => {
            session.sheet.value = { kind: "reset" };
          }}
        >
          <Icon name="trash" size={18} />
          {t.panel.reset}
        </button>
        <DemoButton />
      </footer>
    </aside>
  );
}

function Tabs({ tab, onTab }: { readonly tab: Tab; readonly onTab: (tab: Tab) => void }): JSX.Element {
  const t = useTexts();
  const active = useSlice((state) => state.faults.length);
  const other = tab === "calls" ? "faults" : "calls";
  return (
    <div
      class="tabs"
      role="tablist"
      onKeyDown={({ key, currentTarget }) => {
        if (key !== "ArrowLeft" && key !== "ArrowRight") return;
        onTab(other);
        currentTarget.querySelector<HTMLElement>(`[data-tab=${other}]`)?.focus();
      }}
    >
      {(["calls", "faults"] as const).map((one) => (
        <button
          key={one}
          type="button"
          role="tab"
          data-tab={one}
          aria-selected={one === tab}
          tabIndex={one === tab ? 0 : -1}
          onClick={() => {
            onTab(one);
          }}
        >
          {one === "calls" ? t.panel.calls : t.faults.tab}
          {one === "faults" && active > 0 && (
            <span class="badge danger" role="img" aria-label={t.faults.running(active)}>
              {active}
            </span>
          )}
        </button>
      ))}
    </div>
  );
}

/** Escape closes the panel unless something nearer (a dialog, a menu, the input field) has used it. */
function useEscape(close: () => void): void {
  useEffect(() => {
    const onKey = (event: KeyboardEvent): void => {
      const isTaken = event.defaultPrevented || document.querySelector("dialog[open]") !== null;
      if (event.key === "Escape" && !isTaken) close();
    };
    document.addEventListener("keydown", onKey);
    return () => {
      document.removeEventListener("keydown", onKey);
    };
  }, []);
}
