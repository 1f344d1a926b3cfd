import { sql } from "kysely";

import type { PersonalData } from "#kernel/feature.ts";

/** What signals keep of a person: his subscription, what he read and took, and the prices he waits for. */
export const signalsPersonalData: PersonalData = {
  export: async (db, userId) => {
    const subscription = await sql`select * from signals.subscription where user_id = ${userId}`.execute(db);
    const portfolio = await sql`
      select signal_id, decision, entry_price, decided_at from signals.portfolio
      where user_id = ${userId} order by decided_at`.execute(db);
    const alerts = await sql`
      select asset, direction, price, created_at, fired_at, fired_price from signals.price_alert
      where user_id = ${userId} order by id`.execute(db);
    const readings = await sql`
      select signal_id, read_at from signals.reading
      where chat_id in (select chat_id from signals.subscription where user_id = ${userId}) and chat_id > 0
      order by signal_id`.execute(db);
    return {
      subscriptions: subscription.rows,
      portfolio: portfolio.rows,
      price_alerts: alerts.rows,
      readings: readings.rows,
    };
  },
  forget: async (tx, userId) => {
    // His private chat goes with what refers to it; what he has set up in groups stays, without him.
    await sql`delete from signals.portfolio where user_id = ${userId}`.execute(tx);
    await sql`delete from signals.price_alert where user_id = ${userId}`.execute(tx);
    await sql`
      delete from signals.reading
      where chat_id in (select chat_id from signals.subscription where user_id = ${userId} and chat_id > 0)`.execute(
      tx,
    );
    await sql`delete from signals.subscription where user_id = ${userId} and chat_id > 0`.execute(tx);
    await sql`update signals.subscription set user_id = null where user_id = ${userId}`.execute(tx);
  },
};
