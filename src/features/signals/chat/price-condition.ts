import { readDecimal, type Decimal } from "../decimal.ts";

export interface PriceCondition {
  readonly asset: string;
  readonly direction: "above" | "below";
  readonly price: Decimal;
}

export type ParsedCondition =
  | { readonly ok: true; readonly condition: PriceCondition }
  | {
      readonly ok: false;
      readonly reason: "asset" | "direction" | "price" | "rest";
      readonly at: number;
      readonly length: number;
    };

const signs: ReadonlyMap<string, PriceCondition["direction"]> = new Map([
  ...([">", ">=", "≥", "above", "over", "이상", "초과"] as const).map((sign) => [sign, "above"] as const),
  ...(["<", "<=", "≤", "below", "under", "이하", "미만"] as const).map((sign) => [sign, "below"] as const),
]);
const longestAsset = 32;

/** Reads `BTC/USD > 50000`, also `btc/usd>=50,000` and `BTC/USD below 0.5`; commas group thousands. */
export function parseCondition(text: string): ParsedCondition {
  const assetMatch = /^\s*([\p{L}\p{N}][\p{L}\p{N}._:/!-]*)/u.exec(text);
  const asset = assetMatch?.[1] ?? "";
  if (assetMatch === null || asset.length > longestAsset) return mistake("asset", text, 0);
  const signAt = nextInk(text, assetMatch[0].length);
  const sign = /^(?:>=|<=|[<>≥≤]|\p{L}+)/u.exec(text.slice(signAt))?.[0] ?? "";
  const direction = signs.get(sign.toLowerCase());
  if (direction === undefined) return mistake("direction", text, signAt);
  const priceAt = nextInk(text, signAt + sign.length);
  const typed = /^\S*/.exec(text.slice(priceAt))?.[0] ?? "";
  const price = readPrice(typed);
  if (price === undefined) return mistake("price", text, priceAt);
  const restAt = nextInk(text, priceAt + typed.length);
  if (restAt < text.length) return mistake("rest", text, restAt);
  return { ok: true, condition: { asset: asset.toUpperCase(), direction, price } };
}

function readPrice(typed: string): Decimal | undefined {
  const isGrouped = /^\d{1,3}(?:,\d{3})+(?:\.\d+)?$/.test(typed);
  return readDecimal(isGrouped ? typed.replaceAll(",", "") : typed);
}

function nextInk(text: string, from: number): number {
  return text.length - text.slice(from).trimStart().length;
}

function mistake(reason: "asset" | "direction" | "price" | "rest", text: string, at: number): ParsedCondition {
  const word = /^\S+/.exec(text.slice(at))?.[0] ?? "";
  return { ok: false, reason, at, length: Math.max(1, word.length) };
}
