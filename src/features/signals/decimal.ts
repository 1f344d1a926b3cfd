/** A positive decimal number as text, such as `45250.50`: no digit is lost or made up on its way. */
export type Decimal = string;

const pattern = /^(?:0|[1-9]\d{0,14})(?:\.\d{1,18})?$/;
/** What a number of JSON can carry without being rounded. */
const exactDigits = 15;

/** As text; undefined for what is no number above zero, has too many digits, or was rounded before it came here. */
export function readDecimal(given: string | number): Decimal | undefined {
  const text = typeof given === "number" ? plainText(given) : given;
  if (text === undefined || !pattern.test(text) || !/[1-9]/.test(text)) return undefined;
  return text;
}

/** `1.2e-7` → `0.00000012`. */
function plainText(value: number): string | undefined {
  if (!Number.isFinite(value) || value <= 0) return undefined;
  const [mantissa = "", exponent = "0"] = String(value).split("e");
  const [whole = "", fraction = ""] = mantissa.split(".");
  const digits = whole + fraction;
  if (digits.replace(/^0+/, "").length > exactDigits) return undefined;
  const point = whole.length + Number(exponent);
  if (point >= digits.length) return digits.padEnd(point, "0");
  if (point > 0) return `${digits.slice(0, point)}.${digits.slice(point)}`;
  return `0.${digits.padStart(digits.length - point, "0")}`;
}

/** Below zero when `a` is less than `b`, 0 when they are the same number. */
export function compareDecimals(a: Decimal, b: Decimal): -1 | 0 | 1 {
  const scale = Math.max(fractionOf(a).length, fractionOf(b).length);
  const [left, right] = [scaled(a, scale), scaled(b, scale)];
  return left < right ? -1 : left > right ? 1 : 0;
}

function scaled(value: Decimal, scale: number): bigint {
  const fraction = fractionOf(value);
  return BigInt((value.split(".")[0] ?? "") + fraction.padEnd(scale, "0"));
}

function fractionOf(value: Decimal): string {
  return value.split(".")[1] ?? "";
}
