import type { JSX } from "preact";
import { useState } from "preact/hooks";

import { Dialog } from "../../shared/ui/dialog.tsx";
import { useSession, useTexts } from "../session/use-session.ts";
import { SheetForm } from "./sheet-form.tsx";
import type { SheetProps } from "./sheet-host.tsx";

const languages = [
  ["en", "English"],
  ["ko", "한국어"],
  ["de", "Deutsch"],
  ["es", "Español"],
] as const;

interface PersonForm {
  readonly firstName: string;
  readonly username: string;
  readonly languageCode: string;
  readonly about: string;
}

/** Somebody new, whom one then is. */
export function NewPersonSheet({ onClose }: SheetProps): JSX.Element {
  const session = useSession();
  const t = useTexts();
  const [form, setForm] = useState<PersonForm>({ firstName: "", username: "", languageCode: "en", about: "" });
  const create = async (): Promise<void> => {
    const { firstName, username, languageCode, about } = form;
    const person = await session.api.createPerson({
      firstName: firstName.trim(),
      languageCode,
      ...(username === "" ? {} : { username }),
      ...(about.trim() === "" ? {} : { about: about.trim() }),
    });
    onClose();
    session.switchPerson(person.id);
  };
  return (
    <Dialog title={t.people.fresh} closeLabel={t.common.close} onClose={onClose}>
      <SheetForm submit={t.common.create} isReady={form.firstName.trim() !== ""} onSubmit={create} onCancel={onClose}>
        <PersonFields
          form={form}
          onChange={(change) => {
            setForm({ ...form, ...change });
          }}
        />
      </SheetForm>
    </Dialog>
  );
}

interface PersonFieldsProps {
  readonly form: PersonForm;
  readonly onChange: (change: Partial<PersonForm>) => void;
}

function PersonFields({ form, onChange }: PersonFieldsProps): JSX.Element {
  const { people } = useTexts();
  return (
    <>
      <label class="field">
        <span>{people.firstName}</span>
        <input
          value={form.firstName}
          maxLength={64}
          required
          data-focus
          onInput={({ currentTarget }) => {
            onChange({ firstName: currentTarget.value });
          }}
        />
      </label>
      <label class="field">
        <span>{people.username}</span>
        <input
          value={form.username}
          pattern="[A-Za-z]\w{4,31}"
          title={people.usernameHint}
          onInput={({ currentTarget }) => {
            onChange({ username: currentTarget.value });
          }}
        />
      </label>
      <label class="field">
        <span>{people.language}</span>
        <select
          value={form.languageCode}
          onChange={({ currentTarget }) => {
            onChange({ languageCode: currentTarget.value });
          }}
        >
          {languages.map(([code, name]) => (
            <option key={code} value={code}>
              {name}
            </option>
          ))}
        </select>
      </label>
      <label class="field">
        <span>{people.about}</span>
        <input
          value={form.about}
          maxLength={60}
          onInput={({ currentTarget }) => {
            onChange({ about: currentTarget.value });
          }}
        />
      </label>
    </>
  );
}
