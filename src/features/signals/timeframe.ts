/**
 * `15m`, `1H`, `4H`, `1D`, `1W`, `1M` (a month) from how people and programs write them: `1h`, `15M` stays fifteen
 * months, TradingView's `60`, `240`, `D`. Undefined for anything else.
 */
export function readTimeframe(text: string): string | undefined {
  const match = /^(\d{0,4})([smhdw]?)$/i.exec(text.trim());
  if (match === null || match[0] === "") return undefined;
  const [, digits = "", unit = ""] = match;
  const count = digits === "" ? 1 : Number(digits);
  if (count === 0) return undefined;
  if (unit === "") return minutes(count);
  return `${count}${unit.toLowerCase() === "m" ? unit : unit.toUpperCase()}`;
}

/** A bare number is minutes. */
function minutes(count: number): string {
  if (count % 1440 === 0) return `${count / 1440}D`;
  return count % 60 === 0 ? `${count / 60}H` : `${count}m`;
}
