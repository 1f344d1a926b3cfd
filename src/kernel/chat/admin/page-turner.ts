import type { AdminView } from "../../feature.ts";
import type { Button } from "../../telegram/index.ts";

/** A page of a list: what is skipped before it, and one more than it shows, to know whether there is a next one. */
export interface Sheet {
  readonly number: number;
  readonly skip: number;
  readonly limit: number;
}

/** @param number as a button says it; anything else is the first. @param size how many a page shows. */
export function sheetOf(number: string | undefined, size: number): Sheet {
  const valid = /^\d{1,5}$/.test(number ?? "") ? Number(number) : 0;
  return { number: valid, skip: valid * size, limit: size + 1 };
}

/** `‹ 3 ›` as far as there are pages; no row for a list on one page. */
export function turnButtons(
  { open }: Pick<AdminView, "open">,
  of: { readonly sheet: Sheet; readonly found: number; readonly page: string; readonly args?: readonly string[] },
): readonly (readonly Button[])[] {
  const { sheet, found, page, args = [] } = of;
  const row: Button[] = [];
  if (sheet.number > 0) row.push(open(`‹ ${sheet.number}`, page, ...args, sheet.number - 1));
  if (found >= sheet.limit) row.push(open(`${sheet.number + 2} ›`, page, ...args, sheet.number + 1));
  return row.length === 0 ? [] : [row];
}
