import type { JSX } from "preact";

import { daysBefore } from "../../shared/format.ts";
import { useSession, useTexts } from "../session/use-session.ts";

export function DayLine({ at }: { readonly at: number }): JSX.Element {
  const { formats } = useSession();
  const { chat } = useTexts();
  const now = new Date();
  const names = [chat.today, chat.yesterday];
  return (
    <p class="day-line">
      <time>{names[daysBefore(at, now)] ?? formats.value.day(at, now)}</time>
    </p>
  );
}
