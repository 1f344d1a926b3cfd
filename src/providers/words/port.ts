/** A service that puts what a person wants to see into words that a video model understands well. */
export interface WordImprover {
  /** One try. What the service does wrong is a value: nobody's order depends on it. Never rejects but with the signal's reason. */
  readonly improve: (wish: WordWish, signal: AbortSignal) => Promise<Improved>;
  readonly close: () => Promise<void>;
}

export interface WordWish {
  /** The service's own name of the model. */
  readonly model: string;
  readonly words: string;
  /** In characters; more is not taken by the video model. */
  readonly longest: number;
}

export interface TokenUsage {
  readonly prompt: number;
  /** What it thought included: it is charged alike. */
  readonly output: number;
}

export type Improved =
  | { readonly ok: true; readonly words: string; readonly usage: TokenUsage }
  /** `refused`: by its content rules. `unusable`: cut off, too long or nothing. What came is charged all the same. */
  | { readonly ok: false; readonly reason: "refused" | "unusable" | "unavailable"; readonly usage: TokenUsage };
