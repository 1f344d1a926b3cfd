import { useState } from "preact/hooks";

import { acceptPhotos } from "../composer/accept-photos.ts";
import { useSession } from "../session/use-session.ts";

interface DropHandlers {
  readonly onDragOver: (event: DragEvent) => void;
  readonly onDragLeave: (event: DragEvent) => void;
  readonly onDrop: (event: DragEvent) => void;
}

/** Takes photos that are dropped anywhere on the chat. */
export function usePhotoDrop(): { readonly isOver: boolean; readonly handlers: DropHandlers } {
  const session = useSession();
  const [isOver, setOver] = useState(false);
  return {
    isOver,
    handlers: {
      onDragOver: (event) => {
        if (event.dataTransfer?.types.includes("Files") !== true) return;
        event.preventDefault();
        setOver(true);
      },
      onDragLeave: (event) => {
        const { currentTarget, relatedTarget } = event;
        const isInside =
          currentTarget instanceof Node && relatedTarget instanceof Node && currentTarget.contains(relatedTarget);
        if (!isInside) setOver(false);
      },
      onDrop: (event) => {
        event.preventDefault();
        setOver(false);
        acceptPhotos(session, [...(event.dataTransfer?.files ?? [])]);
      },
    },
  };
}
