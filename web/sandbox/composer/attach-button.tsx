import type { JSX } from "preact";
import { useRef } from "preact/hooks";

import { Icon } from "../../shared/ui/icon.tsx";
import { useSession, useTexts } from "../session/use-session.ts";
import { acceptPhotos, photoAccept } from "./accept-photos.ts";

export function AttachButton(): JSX.Element {
  const session = useSession();
  const { composer } = useTexts();
  const input = useRef<HTMLInputElement>(null);
  return (
    <>
      <button
        type="button"
        class="icon-button"
        aria-label={composer.attach}
        onClick={() => {
          input.current?.click();
        }}
      >
        <Icon name="attach" />
      </button>
      <input
        ref={input}
        type="file"
        hidden
        multiple
        accept={photoAccept}
        aria-label={composer.attach}
        onChange={({ currentTarget }) => {
          acceptPhotos(session, [...(currentTarget.files ?? [])]);
          currentTarget.value = "";
        }}
      />
    </>
  );
}
