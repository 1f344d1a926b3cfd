import type { Html } from "#kernel/lib/html.ts";
import type { Language } from "#kernel/lib/language.ts";
import type { Content } from "#kernel/telegram/index.ts";

import type { Decimal } from "./decimal.ts";
import type { Performance } from "./performance.ts";
import type { Candle, NewSignal, Signal } from "./signal.ts";
import type { MessageFormat, ReportPeriod } from "./subscriber.ts";

/** All that makes one reader's message differ from another's: everybody with the same gets the same stored content. */
export interface Reader {
  readonly language: Language;
  readonly format: MessageFormat;
  /** IANA. */
  readonly timeZone: string;
  /** In a chat of several people there is nobody whose portfolio a button could mean. */
  readonly place: "private" | "shared";
}

/** How people hear of signals; the chat side fulfils it. Pure but for `drawChart`. */
export interface SignalAnnouncer {
  /** The signal as it stands now: corrected, cancelled, ended. A photo when it has media, else a text. */
  readonly signal: (signal: Signal, reader: Reader) => Content;
  /** The short answer to the message of a signal that has just ended or was cancelled. */
  readonly news: (signal: Signal, reader: Reader) => Content;
  readonly priceAlert: (alert: FiredAlert, language: Language) => Content;
  readonly report: (report: Report, reader: Pick<Reader, "language" | "timeZone">) => Content;
  readonly sourceSilent: (silence: Silence, language: Language) => Html;
  readonly sourceBack: (silence: Silence, language: Language) => Html;
  /** As PNG; undefined when it cannot be drawn in time. The signal goes out without it then. */
  readonly drawChart: (
    signal: NewSignal,
    candles: readonly Candle[],
    language: Language,
  ) => Promise<Buffer | undefined>;
}

export interface FiredAlert {
  readonly id: number;
  readonly asset: string;
  readonly direction: "above" | "below";
  /** What was waited for. */
  readonly price: Decimal;
  readonly firedPrice: Decimal;
  readonly firedAt: Date;
}

export interface Report {
  readonly period: Exclude<ReportPeriod, "none">;
  readonly from: Date;
  readonly to: Date;
  readonly performance: Performance;
}

export interface Silence {
  readonly source: string;
  readonly expectedMinutes: number;
  readonly lastSignalAt: Date | undefined;
  /** How long it has been silent, or was. */
  readonly minutes: number;
}
