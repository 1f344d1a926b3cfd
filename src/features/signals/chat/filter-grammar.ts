import { nearest } from "#kernel/telegram/index.ts";

import { type SignalType, signalTypes } from "../signal.ts";
import { readTimeframe } from "../timeframe.ts";

/** What a typed filter changes. What it does not name stays as it is; an empty list lets everything pass. */
export interface FilterChange {
  /** 0 to 100. */
  readonly minConfidence?: number;
  readonly types?: readonly SignalType[];
  readonly assets?: readonly string[];
  readonly timeframes?: readonly string[];
  readonly models?: readonly string[];
}

export type ParsedFilter =
  | { readonly ok: true; readonly change: FilterChange }
  | { readonly ok: false; readonly mistake: FilterMistake };

/** Where the text stops making sense, and what would. */
export interface FilterMistake {
  /** Of the wrong part, in UTF-16 units. */
  readonly at: number;
  readonly length: number;
  readonly reason: MistakeReason;
  /** The wrong part as it was typed. */
  readonly found: string;
  /** What was probably meant, ready to be typed instead. */
  readonly suggestion?: string;
}

export type MistakeReason =
  | "unknown-key"
  | "no-colon"
  | "no-value"
  | "open-quote"
  | "repeated"
  | "confidence"
  | "type"
  | "asset"
  | "timeframe"
  | "model"
  | "too-many";

/** More than anybody types by hand; keeps a row small. */
export const mostValues = 50;
const longestAsset = 32;
const longestModel = 64;

type Key = "confidence" | "type" | "asset" | "timeframe" | "model";

/** The words people use for each key; the first of each is what suggestions say. */
const keyWords: Readonly<Record<Key, readonly string[]>> = {
  confidence: ["confidence", "conf", "신뢰도"],
  type: ["type", "types", "유형", "종류"],
  asset: ["asset", "assets", "pair", "symbol", "종목", "자산"],
  timeframe: ["timeframe", "timeframes", "tf", "주기"],
  model: ["model", "models", "모델"],
};

const typeWords: Readonly<Record<SignalType, readonly string[]>> = {
  buy: ["buy", "매수"],
  sell: ["sell", "매도"],
  close: ["close", "청산"],
  alert: ["alert", "알림"],
};

const anyWords: ReadonlySet<string> = new Set(["any", "all", "모두", "전체"]);

/** A piece of what was typed, and where it begins. */
interface Part {
  readonly text: string;
  readonly at: number;
}

/** Carries a mistake out of the depths of the parser; never leaves this file. */
class Mistaken extends Error {
  readonly mistake: FilterMistake;

  constructor(mistake: FilterMistake) {
    super(mistake.reason);
    this.mistake = mistake;
  }
}

/**
 * Reads `confidence:80 type:buy,sell asset:BTC/USD timeframe:1H model:"Trend v3"`, in any order and case, the keys in
 * English or Korean. Each key once; `any` takes a condition away.
 */
export function parseFilter(text: string): ParsedFilter {
  try {
    const change: { -readonly [K in keyof FilterChange]: FilterChange[K] } = {};
    const seen = new Set<Key>();
    for (const term of termsOf(text)) {
      const { key, values } = readTerm(term);
      if (seen.has(key)) throw mistaken("repeated", term, keyWords[key][0]);
      seen.add(key);
      Object.assign(change, readValues(key, values));
    }
    return { ok: true, change };
  } catch (error) {
    if (error instanceof Mistaken) return { ok: false, mistake: error.mistake };
    throw error;
  }
}

/** The parts between white space; quoted white space does not part. */
function termsOf(text: string): readonly Part[] {
  // A quote that nothing closes takes all that follows, so that it is found and named.
  return [...text.matchAll(/(?:"[^"]*(?:"|$)|[^\s"])+/g)].map((match) => ({ text: match[0], at: match.index }));
}

function readTerm(term: Part): { readonly key: Key; readonly values: readonly Part[] } {
  const colon = /[:：=]/.exec(term.text)?.index ?? -1;
  if (colon < 0) throw mistaken("no-colon", term, withColon(term.text));
  const word: Part = { text: term.text.slice(0, colon), at: term.at };
  const key = keyNamed(word.text);
  if (key === undefined) throw mistaken("unknown-key", word, nearestKey(word.text));
  const values = valuesOf({ text: term.text.slice(colon + 1), at: term.at + colon + 1 });
  if (values.length > mostValues) throw mistaken("too-many", values[mostValues] ?? term);
  return { key, values };
}

function valuesOf(list: Part): readonly Part[] {
  const open = unclosedQuote(list);
  if (open !== undefined) throw mistaken("open-quote", open);
  // Also between two commas and after the last one there must be something.
  const parts = [...list.text.matchAll(/(?:^|,)((?:"[^"]*"|[^,"])*)/g)];
  return parts.map((match) => {
    const [whole, raw = ""] = match;
    const at = list.at + match.index + whole.length - raw.length;
    const text = raw.replaceAll('"', "").trim();
    if (text === "") throw mistaken("no-value", { text: raw === "" ? " " : raw, at });
    return { text, at };
  });
}

function unclosedQuote({ text, at }: Part): Part | undefined {
  const isOpen = (text.match(/"/g)?.length ?? 0) % 2 === 1;
  const last = text.lastIndexOf('"');
  return isOpen ? { text: text.slice(last), at: at + last } : undefined;
}

function readValues(key: Key, values: readonly Part[]): FilterChange {
  const [first] = values;
  const isAny = values.length === 1 && anyWords.has(first?.text.toLowerCase() ?? "");
  switch (key) {
    case "confidence":
      return { minConfidence: isAny ? 0 : readConfidence(values) };
    case "type":
      return { types: isAny ? [] : distinct(values.map(readType)) };
    case "asset":
      return { assets: isAny ? [] : distinct(values.map(readAsset)) };
    case "timeframe":
      return { timeframes: isAny ? [] : distinct(values.map(readFrame)) };
    case "model":
      return { models: isAny ? [] : distinct(values.map(readModel)) };
  }
}

function readConfidence([value, second]: readonly Part[]): number {
  if (second !== undefined) throw mistaken("confidence", second);
  const typed = /^(\d{1,3})%?\+?$/.exec(value?.text ?? "")?.[1];
  if (value === undefined || typed === undefined || Number(typed) > 100) {
    throw mistaken("confidence", value ?? { text: "", at: 0 });
  }
  return Number(typed);
}

function readType(value: Part): SignalType {
  const typed = value.text.toLowerCase();
  const type = signalTypes.find((known) => typeWords[known].includes(typed));
  if (type === undefined) throw mistaken("type", value, nearest(typed, Object.values(typeWords).flat()));
  return type;
}

function readAsset(value: Part): string {
  const asset = value.text.toUpperCase();
  if (asset.length > longestAsset || !/^[\p{L}\p{N}][\p{L}\p{N}._:/!-]*$/u.test(asset)) throw mistaken("asset", value);
  return asset;
}

function readFrame(value: Part): string {
  const timeframe = readTimeframe(value.text);
  if (timeframe === undefined) throw mistaken("timeframe", value, nearest(value.text.toUpperCase(), commonTimeframes));
  return timeframe;
}

const commonTimeframes = ["1m", "5m", "15m", "30m", "1H", "4H", "1D", "1W"];

function readModel(value: Part): string {
  if (value.text.length > longestModel) throw mistaken("model", value);
  return value.text;
}

/** What somebody meant who left the key out: `80` is a confidence, `buy` a type, `BTC/USD` an asset. */
function withColon(text: string): string | undefined {
  const guesses: readonly (readonly [Key, () => unknown])[] = [
    ["confidence", () => readConfidence([{ text, at: 0 }])],
    ["type", () => readType({ text, at: 0 })],
    ["timeframe", () => readFrame({ text, at: 0 })],
  ];
  const isKey = keyNamed(text) !== undefined;
  if (isKey) return `${text}:`;
  const guess = guesses.find(([, read]) => reads(read));
  if (guess !== undefined) return `${guess[0]}:${text}`;
  return /^[A-Za-z0-9]{2,10}[/-][A-Za-z0-9]{2,10}$/.test(text) ? `asset:${text}` : undefined;
}

function reads(read: () => unknown): boolean {
  try {
    read();
    return true;
  } catch (error) {
    if (error instanceof Mistaken) return false;
    throw error;
  }
}

function keyNamed(word: string): Key | undefined {
  const wanted = word.toLowerCase();
  return (Object.keys(keyWords) as Key[]).find((key) => keyWords[key].includes(wanted));
}

function nearestKey(word: string): string | undefined {
  return nearest(word.toLowerCase(), Object.values(keyWords).flat());
}

function distinct<T extends string>(values: readonly T[]): readonly T[] {
  return [...new Set(values)];
}

function mistaken(reason: MistakeReason, { text, at }: Part, suggestion?: string): Mistaken {
  const length = Math.max(1, text.length);
  return new Mistaken({ at, length, reason, found: text.trim(), ...(suggestion !== undefined && { suggestion }) });
}
