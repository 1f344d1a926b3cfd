import type { JSX } from "preact";
import { useState } from "preact/hooks";

import { faultEndings, faultKinds, faultRequest, faultScopes } from "../model/faults.ts";
import type { FaultChoice } from "../model/faults.ts";
import { useSession, useTexts } from "../session/use-session.ts";
import { ActiveFaults } from "./active-faults.tsx";

/** Ways to break Telegram, in plain words, and what is broken now. */
export function FaultTab(): JSX.Element {
  const session = useSession();
  const t = useTexts();
  const [choice, setChoice] = useState<FaultChoice>({ kind: "rate_limit", scope: "all", ending: "once" });
  const change = (part: Partial<FaultChoice>): void => {
    setChoice({ ...choice, ...part });
  };
  return (
    <>
      <ActiveFaults />
      <form
        class="fault-form"
        onSubmit={(event) => {
          event.preventDefault();
          const body = event.currentTarget.closest(".panel-body");
          const request = faultRequest(choice, session.openChat.value?.id);
          void session.attempt(async () => {
            await session.api.addFault(request);
            body?.scrollTo({ top: 0, behavior: "smooth" });
          });
        }}
      >
        <p class="hint">{t.faults.hint}</p>
        <fieldset>
          <legend>{t.faults.kind}</legend>
          {faultKinds.map((kind) => (
            <label class="fault-kind" key={kind}>
              <input
                type="radio"
                name="kind"
                checked={kind === choice.kind}
                onChange={() => {
                  // One refused call is no outage.
                  change(kind === "outage" ? { kind, ending: "never" } : { kind });
                }}
              />
              <span>
                <span class="fault-name">{t.faults.kinds[kind].name}</span>
                <span class="fault-shows">{t.faults.kinds[kind].shows}</span>
              </span>
            </label>
          ))}
        </fieldset>
        <div class="fault-options">
          <Choice
            label={t.faults.scope}
            value={choice.kind === "outage" ? "all" : choice.scope}
            options={faultScopes.map((scope) => ({ value: scope, text: t.faults.scopes[scope] }))}
            isDisabled={choice.kind === "outage"}
            onChange={(scope) => {
              change({ scope });
            }}
          />
          <Choice
            label={t.faults.ends}
            value={choice.ending}
            options={faultEndings.map((ending) => ({ value: ending, text: t.faults.endings[ending] }))}
            onChange={(ending) => {
              change({ ending });
            }}
          />
        </div>
        <button type="submit" class="button danger wide">
          {t.faults.start}
        </button>
      </form>
    </>
  );
}

interface ChoiceProps<T extends string> {
  readonly label: string;
  readonly value: T;
  readonly options: readonly { readonly value: T; readonly text: string }[];
  readonly isDisabled?: boolean;
  readonly onChange: (value: T) => void;
}

function Choice<T extends string>({ label, value, options, isDisabled, onChange }: ChoiceProps<T>): JSX.Element {
  return (
    <label class="field">
      <span>{label}</span>
      <select
        value={value}
        disabled={isDisabled}
        onChange={({ currentTarget }) => {
          const chosen = options.find((option) => option.value === currentTarget.value);
          if (chosen !== undefined) onChange(chosen.value);
        }}
      >
        {options.map((option) => (
          <option key={option.value} value={option.value}>
            {option.text}
          </option>
        ))}
      </select>
    </label>
  );
}
