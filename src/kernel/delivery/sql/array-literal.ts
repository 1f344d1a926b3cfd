/** An array of numbers as PostgreSQL writes it. The driver quotes and escapes each element, which costs more than the rest of a claim. */
export function arrayLiteral(values: readonly (number | null)[]): string {
  return `{${values.map((value) => value ?? "null").join(",")}}`;
}
