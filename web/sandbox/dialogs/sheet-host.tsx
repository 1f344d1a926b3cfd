import type { JSX } from "preact";

import type { Sheet } from "../session/sheet.ts";
import { useSession } from "../session/use-session.ts";
import { AlertSheet } from "./alert-sheet.tsx";
import { ChatInfoSheet } from "./chat-info-sheet.tsx";
import { ChooseGroupSheet } from "./choose-group-sheet.tsx";
import { NewGroupSheet } from "./new-group-sheet.tsx";
import { NewPersonSheet } from "./new-person-sheet.tsx";
import { NewTopicSheet } from "./new-topic-sheet.tsx";
import { PaySheet } from "./pay-sheet.tsx";
import { PhotoViewer } from "./photo-viewer.tsx";
import { RealBotSheet } from "./real-bot-sheet.tsx";
import { ResetSheet } from "./reset-sheet.tsx";
import { SendPhotosSheet } from "./send-photos-sheet.tsx";
import { WalletSheet } from "./wallet-sheet.tsx";

export interface SheetProps {
  readonly onClose: () => void;
}

/** Shows the dialog that is open, if any. */
export function SheetHost(): JSX.Element | null {
  const { sheet } = useSession();
  if (sheet.value === undefined) return null;
  return (
    <OpenSheet
      sheet={sheet.value}
      onClose={() => {
        sheet.value = undefined;
      }}
    />
  );
}

function OpenSheet({ sheet, onClose }: SheetProps & { readonly sheet: Sheet }): JSX.Element {
  switch (sheet.kind) {
    case "alert":
      return <AlertSheet text={sheet.text} onClose={onClose} />;
    case "pay":
      return <PaySheet bill={sheet.bill} onClose={onClose} />;
    case "photos":
      return <SendPhotosSheet files={sheet.files} onClose={onClose} />;
    case "view-photo":
      return <PhotoViewer fileId={sheet.fileId} caption={sheet.caption} onClose={onClose} />;
    case "wallet":
      return <WalletSheet onClose={onClose} />;
    case "new-person":
      return <NewPersonSheet onClose={onClose} />;
    case "new-group":
      return <NewGroupSheet onClose={onClose} />;
    case "new-topic":
      return <NewTopicSheet chatId={sheet.chatId} onClose={onClose} />;
    case "choose-group":
      return <ChooseGroupSheet payload={sheet.payload} onClose={onClose} />;
    case "chat-info":
      return <ChatInfoSheet chatId={sheet.chatId} onClose={onClose} />;
    case "real-bot":
      return <RealBotSheet onClose={onClose} />;
    case "reset":
      return <ResetSheet onClose={onClose} />;
  }
}
