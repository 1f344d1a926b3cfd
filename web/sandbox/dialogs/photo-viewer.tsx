import type { JSX } from "preact";

import { Dialog } from "../../shared/ui/dialog.tsx";
import { Icon } from "../../shared/ui/icon.tsx";
import { fileUrl } from "../model/content.ts";
import { useTexts } from "../session/use-session.ts";
import type { SheetProps } from "./sheet-host.tsx";

interface PhotoViewerProps extends SheetProps {
  readonly fileId: string;
  readonly caption: string;
}

/** A photo as large as the window allows; a press anywhere closes it. */
export function PhotoViewer({ fileId, caption, onClose }: PhotoViewerProps): JSX.Element {
  const t = useTexts();
  return (
    <Dialog title={t.photo.viewer} bare class="viewer" closeLabel={t.common.close} onClose={onClose}>
      <button type="button" class="icon-button viewer-close" aria-label={t.common.close} onClick={onClose}>
        <Icon name="close" size={26} />
      </button>
      <img src={fileUrl(fileId)} alt={caption || t.message.photo} onClick={onClose} />
      {caption !== "" && <p>{caption}</p>}
    </Dialog>
  );
}
