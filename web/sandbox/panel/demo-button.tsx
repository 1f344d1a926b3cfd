import type { JSX } from "preact";
import { useEffect } from "preact/hooks";

import { Icon } from "../../shared/ui/icon.tsx";
import type { DemoPlayed } from "../session/api.ts";
import { useSession, useTexts } from "../session/use-session.ts";

/**
 * Has the program behind the sandbox make its demo; there is none without a program that has one. Its words stay the same
 * meanwhile: were they longer, the second click of a double click could land on what has moved there.
 */
export function DemoButton(): JSX.Element | null {
  const { demo, attempt } = useSession();
  const t = useTexts();
  useEffect(() => {
    void demo.look();
  }, []);
  if (!demo.isOffered.value) return null;
  const isPlaying = demo.isPlaying.value;
  return (
    <button
      type="button"
      class="text-button"
      disabled={isPlaying}
      aria-busy={isPlaying}
      onClick={() => {
        void attempt(demo.play);
      }}
    >
      <Icon name="play" size={18} />
      {t.demo.play}
    </button>
  );
}

/** How it goes and what came of it. The region is always there, so that screen readers hear what comes into it. */
export function DemoOutcome(): JSX.Element {
  const { isPlaying, played } = useSession().demo;
  const t = useTexts();
  return (
    <div class="demo-outcome" role="status">
      {isPlaying.value && <p>{t.demo.playing}</p>}
      {played.value !== undefined && <Played {...played.value} />}
    </div>
  );
}

function Played({ past, sent, reached }: DemoPlayed): JSX.Element {
  const { demo } = useTexts();
  return (
    <p>
      {reached === 0 ? demo.unheard(sent) : demo.sent(sent, reached)} {demo.past(past)}
    </p>
  );
}
