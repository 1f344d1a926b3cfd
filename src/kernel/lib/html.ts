/** Text in Telegram's HTML that is known to be well-formed. Only this file makes one, so a plain string never passes for it. */
export class Html {
  readonly markup: string;

  private constructor(markup: string) {
    this.markup = markup;
  }

  /** For markup that this program wrote itself; never for anything from outside. */
  static trusted(markup: string): Html {
    return new Html(markup);
  }

  /** Any text, shown as it is. */
  static text(text: string): Html {
    return new Html(escapeHtml(text));
  }

  /** The parts with `separator` between them. */
  static join(parts: readonly Html[], separator = "\n"): Html {
    return new Html(parts.map(({ markup }) => markup).join(separator));
  }

  toString(): string {
    return this.markup;
  }
}

export type HtmlValue = string | number | bigint | Html;

/** `` html`<b>${name}</b>` ``: every value is escaped unless it is Html already. */
export function html(parts: TemplateStringsArray, ...values: readonly HtmlValue[]): Html {
  let markup = parts[0] ?? "";
  for (const [index, value] of values.entries()) {
    markup += value instanceof Html ? value.markup : escapeHtml(String(value));
    markup += parts[index + 1] ?? "";
  }
  return Html.trusted(markup);
}

/** Telegram's HTML knows only these entities. */
export function escapeHtml(text: string): string {
  return text.replaceAll("&", "&amp;").replaceAll("<", "&lt;").replaceAll(">", "&gt;").replaceAll('"', "&quot;");
}
