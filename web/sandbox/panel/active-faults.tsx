import type { JSX } from "preact";

import type { ActiveFault } from "../../../src/sandbox/protocol.ts";
import { Icon } from "../../shared/ui/icon.tsx";
import { faultScope } from "../model/faults.ts";
import { useSession, useSlice, useTexts } from "../session/use-session.ts";

export function ActiveFaults(): JSX.Element {
  const { api, attempt } = useSession();
  const t = useTexts();
  const faults = useSlice((state) => state.faults);
  return (
    <section class="active-faults" aria-label={t.faults.active}>
      <header>
        <h3>{t.faults.active}</h3>
        {faults.length > 1 && (
          <button
            type="button"
            class="text-button"
            onClick={() => {
              void attempt(api.removeFaults);
            }}
          >
            {t.faults.removeAll}
          </button>
        )}
      </header>
      {faults.length === 0 && <p class="hint">{t.faults.none}</p>}
      <ul>
        {faults.map((fault) => (
          <li key={fault.id}>
            <FaultRow fault={fault} />
          </li>
        ))}
      </ul>
    </section>
  );
}

function FaultRow({ fault }: { readonly fault: ActiveFault }): JSX.Element {
  const { api, attempt } = useSession();
  const { faults } = useTexts();
  const { name } = faults.kinds[fault.kind];
  return (
    <div class="active-fault">
      <Icon name="bolt" size={20} />
      <span>
        <span class="fault-name">{name}</span>
        <span class="fault-shows">
          {faults.scopes[faultScope(fault)]} · {faults.hits(fault.hits)}
        </span>
      </span>
      <button
        type="button"
        class="icon-button"
        aria-label={faults.remove(name)}
        onClick={() => {
          void attempt(async () => await api.removeFault(fault.id));
        }}
      >
        <Icon name="close" size={20} />
      </button>
    </div>
  );
}
