import type { Message } from "@grammyjs/types";
import type { JSX } from "preact";

import { Star } from "../../shared/ui/icon.tsx";
import { serviceText } from "../model/service-text.ts";
import { useSession, useSlice, useTexts } from "../session/use-session.ts";

export function ServiceLine({ message }: { readonly message: Message }): JSX.Element {
  const { formats } = useSession();
  const texts = useTexts();
  const meId = useSlice((state) => state.me.id);
  const botName = useSlice((state) => state.bot.firstName);
  const isMoney = message.successful_payment !== undefined || message.refunded_payment !== undefined;
  return (
    <p class="service-line" data-message-id={message.message_id}>
      <span>
        {isMoney && <Star />}
        {serviceText(message, { texts, meId, botName, number: formats.value.number })}
      </span>
    </p>
  );
}
