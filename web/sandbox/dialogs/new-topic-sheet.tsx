import type { JSX } from "preact";
import { useState } from "preact/hooks";

import { Dialog } from "../../shared/ui/dialog.tsx";
import { useSession, useSlice, useTexts } from "../session/use-session.ts";
import { SheetForm } from "./sheet-form.tsx";
import type { SheetProps } from "./sheet-host.tsx";

export function NewTopicSheet({ chatId, onClose }: SheetProps & { readonly chatId: number }): JSX.Element {
  const session = useSession();
  const t = useTexts();
  const meId = useSlice((state) => state.me.id);
  const [name, setName] = useState("");
  const create = async (): Promise<void> => {
    const { threadId } = await session.api.createTopic(chatId, name.trim());
    session.goTo({ personId: meId, chatId, threadId });
    onClose();
  };
  return (
    <Dialog title={t.chat.newTopic} class="small" closeLabel={t.common.close} onClose={onClose}>
      <SheetForm submit={t.common.create} isReady={name.trim() !== ""} onSubmit={create} onCancel={onClose}>
        <label class="field">
          <span>{t.chat.topicName}</span>
          <input
            value={name}
            maxLength={128}
            required
            data-focus
            onInput={(event) => {
              setName(event.currentTarget.value);
            }}
          />
        </label>
      </SheetForm>
    </Dialog>
  );
}
