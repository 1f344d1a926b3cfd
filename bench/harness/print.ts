import { type Benchmark, type Goal, isMet, type Outcome, type Row } from "./benchmark.ts";
import { loadAverage } from "./machine.ts";

/** A table in Markdown, so that it can be copied as it is. */
export function table(rows: readonly Row[]): string {
  const columns = [...new Set(rows.flatMap((row) => Object.keys(row)))];
  const cells = [columns, ...rows.map((row) => columns.map((column) => cell(row[column])))];
  const widths = columns.map((_, index) => Math.max(3, ...cells.map((line) => line[index]?.length ?? 0)));
  const lines = cells.map((line) => `| ${line.map((text, index) => text.padEnd(widths[index] ?? 0)).join(" | ")} |`);
  return [lines[0], `| ${widths.map((width) => "-".repeat(width)).join(" | ")} |`, ...lines.slice(1)].join("\n");
}

function cell(value: string | number | undefined): string {
  return typeof value === "number" ? value.toLocaleString("en", { maximumFractionDigits: 3 }) : (value ?? "");
}

export function printMachine(described: Row): void {
  console.log(`${table([described])}\n`);
  console.log(JSON.stringify({ machine: described }));
}

/** What a number is to be read with. */
export interface Circumstances {
  readonly seconds: number;
  /** Processor time that the host of a virtual machine gave to others, in percent. */
  readonly stolenPercent: number;
}

export function printOutcome({ name, title }: Benchmark, { rows, goals = [] }: Outcome, of: Circumstances): void {
  console.log(`\n## ${title}\n\n${table(rows)}\n`);
  if (goals.length > 0) console.log(`${table(goals.map(goalRow))}\n`);
  const judged = goals.map((goal) => ({ ...goal, met: isMet(goal) }));
  const circumstances = { seconds: Math.round(of.seconds), load: loadAverage(), "stolen %": of.stolenPercent };
  if (of.stolenPercent > 0)
    console.log(`The machine's host took ${of.stolenPercent} % of the processors away meanwhile.\n`);
  console.log(JSON.stringify({ benchmark: name, rows, goals: judged, ...circumstances }));
}

function goalRow(goal: Goal): Row {
  const { what, measured, atLeast, atMost } = goal;
  const bound = atLeast === undefined ? `≤ ${cell(atMost)}` : `≥ ${cell(atLeast)}`;
  return { goal: what, bound, measured, met: isMet(goal) ? "yes" : "NO" };
}
