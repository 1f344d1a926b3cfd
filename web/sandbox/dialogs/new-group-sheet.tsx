import type { JSX } from "preact";
import { useState } from "preact/hooks";

import { Avatar } from "../../shared/ui/avatar.tsx";
import { Dialog } from "../../shared/ui/dialog.tsx";
import { personName } from "../model/names.ts";
import { useSession, useSlice, useTexts } from "../session/use-session.ts";
import { SheetForm } from "./sheet-form.tsx";
import type { SheetProps } from "./sheet-host.tsx";

export function NewGroupSheet({ onClose }: SheetProps): JSX.Element {
  const session = useSession();
  const t = useTexts();
  const me = useSlice((state) => state.me);
  const people = useSlice((state) => state.people);
  const [title, setTitle] = useState("");
  const [isForum, setForum] = useState(false);
  const [memberIds, setMemberIds] = useState<readonly number[]>([]);

  const create = async (): Promise<void> => {
    const { chat } = await session.api.createGroup({ title: title.trim(), memberIds, forum: isForum });
    session.goTo({ personId: me.id, chatId: chat.id });
    onClose();
  };
  return (
    <Dialog title={t.list.newGroup} closeLabel={t.common.close} onClose={onClose}>
      <SheetForm submit={t.common.create} isReady={title.trim() !== ""} onSubmit={create} onCancel={onClose}>
        <label class="field">
          <span>{t.group.title}</span>
          <input
            value={title}
            maxLength={128}
            required
            data-focus
            onInput={(event) => {
              setTitle(event.currentTarget.value);
            }}
          />
        </label>
        <fieldset class="field">
          <legend>{t.group.members}</legend>
          <div class="check-list">
            {people
              .filter((person) => person.id !== me.id)
              .map((person) => (
                <label class="check" key={person.id}>
                  <input
                    type="checkbox"
                    checked={memberIds.includes(person.id)}
                    onChange={({ currentTarget }) => {
                      const others = memberIds.filter((id) => id !== person.id);
                      setMemberIds(currentTarget.checked ? [...others, person.id] : others);
                    }}
                  />
                  <Avatar id={person.id} name={personName(person)} size="small" />
                  {personName(person)}
                </label>
              ))}
          </div>
          <p class="field-hint">{t.group.botIsIn}</p>
        </fieldset>
        <label class="check">
          <input
            type="checkbox"
            checked={isForum}
            onChange={({ currentTarget }) => {
              setForum(currentTarget.checked);
            }}
          />
          <span>
            {t.group.forum}
            <span class="field-hint">{t.group.forumHint}</span>
          </span>
        </label>
      </SheetForm>
    </Dialog>
  );
}
