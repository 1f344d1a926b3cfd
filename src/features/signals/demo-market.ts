import type { Candle, OutcomeKind } from "./signal.ts";

/** A market that never was: prices by a seeded random walk, and the signals that two simple rules make of it. */
export interface DemoMarket {
  /** Oldest first. */
  readonly signals: readonly DemoSignal[];
  /** The close of every candle. */
  readonly prices: readonly { readonly asset: string; readonly at: Date; readonly price: string }[];
}

export interface DemoSignal {
  readonly asset: string;
  readonly type: "buy" | "sell";
  readonly model: string;
  readonly category: string;
  readonly context: string;
  readonly note: string;
  readonly confidence: number;
  readonly at: Date;
  readonly expiresAt: Date;
  readonly entry: string;
  readonly target: string;
  readonly stop: string;
  /** What the chart shows: the candles before it. */
  readonly candles: readonly Candle[];
  /** What the walk made of it; undefined while it is open. */
  readonly outcome: { readonly kind: OutcomeKind; readonly at: Date; readonly price: string } | undefined;
}

interface Asset {
  readonly name: string;
  readonly price: number;
  readonly decimals: number;
  /** Of a candle, as a share of the price. */
  readonly volatility: number;
}

const assets: readonly Asset[] = [
  { name: "BTC/USD", price: 64_250, decimals: 0, volatility: 0.0042 },
  { name: "ETH/USD", price: 3380, decimals: 1, volatility: 0.005 },
  { name: "SOL/USD", price: 168.4, decimals: 2, volatility: 0.0065 },
  { name: "EUR/USD", price: 1.0842, decimals: 4, volatility: 0.0007 },
  { name: "PEPE/USD", price: 0.000_012_34, decimals: 8, volatility: 0.01 },
];

const candleMinutes = 15;
const candleMs = candleMinutes * 60_000;
const chartCandles = 80;
const lifeCandles = 32;
const look = 16;

/** @param days how long the walk is; the last candle ends at `now`. The same seed makes the same market. */
export function makeDemoMarket(of: { readonly seed: number; readonly now: Date; readonly days: number }): DemoMarket {
  const random = makeRandom(of.seed);
  const count = (of.days * 24 * 60) / candleMinutes;
  const end = Math.floor(of.now.getTime() / candleMs) * candleMs;
  const walks = assets.map((asset) => ({ asset, walk: walkOf(asset, { random, count: count + chartCandles, end }) }));
  return {
    signals: walks
      .flatMap(({ asset, walk }) => signalsOf(asset, walk, random))
      .toSorted((a, b) => a.at.getTime() - b.at.getTime()),
    prices: walks.flatMap(({ asset, walk }) =>
      walk.slice(chartCandles).map(({ at, close }) => ({
        asset: asset.name,
        at: new Date(at + candleMs),
        price: close.toFixed(asset.decimals),
      })),
    ),
  };
}

interface Bar {
  readonly at: number;
  readonly open: number;
  readonly high: number;
  readonly low: number;
  readonly close: number;
  readonly volume: number;
}

/** Trends that last a while, and noise around them. */
function walkOf(
  { price, volatility }: Asset,
  of: { readonly random: () => number; readonly count: number; readonly end: number },
): readonly Bar[] {
  const { random, count, end } = of;
  const bars: Bar[] = [];
  let [last, drift] = [price, 0];
  for (let n = 0; n < count; n += 1) {
    if (random() < 0.03) drift = (random() - 0.5) * volatility * 0.8;
    const open = last;
    const close = open * (1 + drift + normal(random) * volatility);
    const reach = Math.abs(normal(random)) * volatility * open * 0.5;
    bars.push({
      at: end - (count - n) * candleMs,
      open,
      close,
      high: Math.max(open, close) + reach * random(),
      low: Math.min(open, close) - reach * random(),
      volume: Math.round(200 + 800 * random() * (1 + Math.abs(close / open - 1) / volatility)),
    });
    last = close;
  }
  return bars;
}

function signalsOf(asset: Asset, walk: readonly Bar[], random: () => number): readonly DemoSignal[] {
  const made: DemoSignal[] = [];
  for (let n = chartCandles; n < walk.length; n += 1) {
    // Every few hours something is worth a signal.
    if (random() > 0.06) continue;
    const signal = signalAt(asset, { walk, n, random });
    if (signal !== undefined) made.push(signal);
  }
  return made;
}

function signalAt(
  asset: Asset,
  { walk, n, random }: { readonly walk: readonly Bar[]; readonly n: number; readonly random: () => number },
): DemoSignal | undefined {
  const [bar, before] = [walk[n], walk[n - look]];
  if (bar === undefined || before === undefined) return undefined;
  const move = bar.close / before.close - 1;
  const strength = Math.min(1, Math.abs(move) / (asset.volatility * Math.sqrt(look)));
  const followsTrend = strength > 0.45;
  const type = move > 0 === followsTrend ? "buy" : "sell";
  const side = type === "buy" ? 1 : -1;
  const step = asset.volatility * bar.close * 2.2;
  const at = (price: number): string => price.toFixed(asset.decimals);
  const [entry, target, stop] = [at(bar.close), at(bar.close + side * step * 1.6), at(bar.close - side * step)];
  // A price of few digits can hide the difference.
  if (entry === target || entry === stop) return undefined;
  const madeAt = bar.at + candleMs;
  return {
    asset: asset.name,
    type,
    model: followsTrend ? "Demo trend" : "Demo reversal",
    category: followsTrend ? "momentum" : "mean reversion",
    context: `The random walk has moved ${(move * 100).toFixed(2)} % in ${(look * candleMinutes) / 60} hours.`,
    note: followsTrend ? "It goes on like this until it does not." : "What went far often comes back.",
    confidence: Math.round(55 + 38 * strength * (0.8 + 0.2 * random())),
    at: new Date(madeAt),
    expiresAt: new Date(madeAt + lifeCandles * candleMs),
    entry,
    target,
    stop,
    candles: walk.slice(n + 1 - chartCandles, n + 1).map((each) => candleOf(each, asset)),
    outcome: outcomeOf(walk.slice(n + 1, n + 1 + lifeCandles), { side, target, stop, at }),
  };
}

/** The first level that is touched; within one candle the stop, to flatter nobody. */
function outcomeOf(
  after: readonly Bar[],
  {
    side,
    target,
    stop,
    at,
  }: { readonly side: number; readonly target: string; readonly stop: string; readonly at: (price: number) => string },
): DemoSignal["outcome"] {
  for (const { high, low, at: began } of after) {
    const [best, worst] = side > 0 ? [high, low] : [low, high];
    const ended = new Date(began + candleMs);
    if (side * (worst - Number(stop)) <= 0) return { kind: "stop", at: ended, price: stop };
    if (side * (best - Number(target)) >= 0) return { kind: "target", at: ended, price: target };
  }
  const last = after.at(-1);
  if (after.length < lifeCandles || last === undefined) return undefined;
  return { kind: "expired", at: new Date(last.at + candleMs), price: at(last.close) };
}

function candleOf({ at, open, high, low, close, volume }: Bar, { decimals }: Asset): Candle {
  return {
    at: new Date(at),
    open: open.toFixed(decimals),
    high: high.toFixed(decimals),
    low: low.toFixed(decimals),
    close: close.toFixed(decimals),
    volume: String(volume),
  };
}

/** Mulberry32: small, quick, and the same everywhere. */
function makeRandom(seed: number): () => number {
  let state = Math.trunc(seed) % 2 ** 32;
  return () => {
    state = (state + 0x6d2b79f5) % 2 ** 32;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
}

/** Box and Muller's. */
function normal(random: () => number): number {
  return Math.sqrt(-2 * Math.log(1 - random())) * Math.cos(2 * Math.PI * random());
}
