import type { JSX } from "preact";

import { Icon } from "../../shared/ui/icon.tsx";
import { fileUrl } from "../model/content.ts";
import { useTexts } from "../session/use-session.ts";
import { suggestionId, suggestionsId } from "./message-input.tsx";
import type { Inline } from "./use-inline.ts";

interface InlineResultsProps {
  readonly inline: Inline;
  readonly chosen: number;
  readonly onChoose: (index: number) => void;
}

/** What the bot offers for the words after its name; the input field keeps the focus and points at the chosen one. */
export function InlineResults({ inline, chosen, onChoose }: InlineResultsProps): JSX.Element {
  const { composer } = useTexts();
  const { offers, button, isAsking, showMore } = inline;
  const isEmpty = offers === undefined || (offers.length === 0 && button === undefined);
  return (
    <div class="commands inline" aria-busy={isAsking}>
      {button !== undefined && (
        <button type="button" class="inline-button" onClick={inline.openPrivate}>
          <span>{button}</span>
          <Icon name="link" size={18} />
        </button>
      )}
      {isEmpty && <p class="inline-note">{isAsking ? composer.inlineAsking : composer.inlineNothing}</p>}
      {offers !== undefined && offers.length > 0 && (
        <div role="listbox" id={suggestionsId} aria-label={composer.inlineResults}>
          {offers.map((result, index) => (
            <div
              key={result.id}
              class="command inline-result"
              role="option"
              id={suggestionId(index)}
              aria-selected={index === chosen}
              onClick={() => {
                onChoose(index);
              }}
            >
              <span class="inline-picture">
                {result.thumbnailFileId === undefined ? (
                  <Icon name="play" size={20} />
                ) : (
                  <img src={fileUrl(result.thumbnailFileId)} alt="" loading="lazy" />
                )}
              </span>
              <span class="inline-words">
                <span class="inline-title">{result.title}</span>
                <span class="command-text">{result.description}</span>
              </span>
            </div>
          ))}
        </div>
      )}
      {showMore !== undefined && (
        <button type="button" class="inline-button" onClick={showMore}>
          {composer.inlineMore}
        </button>
      )}
    </div>
  );
}
