import { sql } from "kysely";

import type { Db } from "#kernel/db/index.ts";

import type { Candle } from "./signal.ts";

/** The posted prices of an asset as candles, oldest first; times without a price have none. */
export async function readPriceCandles(
  db: Db,
  of: {
    readonly asset: string;
    readonly from: Date;
    readonly to: Date;
    readonly intervalMs: number;
    readonly most: number;
  },
): Promise<readonly Candle[]> {
  const { rows } = await sql<Candle>`
    select * from (
      select date_bin(make_interval(secs => ${of.intervalMs / 1000}::double precision), at, ${of.from}) as at,
        (array_agg(price order by at))[1]::text as open, max(price)::text as high, min(price)::text as low,
        (array_agg(price order by at desc))[1]::text as close
      from signals.price
      where asset = ${of.asset} and at >= ${of.from} and at < ${of.to}
      group by 1 order by 1 desc limit ${of.most}
    ) as newest order by at`.execute(db);
  return rows;
}
