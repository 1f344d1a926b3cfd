-- By default a table is vacuumed when a fifth of it is dead. Of a queue of millions that is much to step over, and of one
-- that is nearly empty most of the time it comes at random: these are looked after by numbers of rows. Measured by
-- `npm run bench -- growth`.
alter table delivery.outbox set (
  autovacuum_vacuum_scale_factor = 0.01, autovacuum_vacuum_threshold = 5000,
  autovacuum_analyze_scale_factor = 0.05, autovacuum_analyze_threshold = 5000,
  autovacuum_vacuum_cost_delay = 0
);
-- One row for each claim, gone with its record: small, and rewritten all day.
alter table delivery.flight set (
  autovacuum_vacuum_scale_factor = 0, autovacuum_vacuum_threshold = 2000,
  autovacuum_analyze_scale_factor = 0, autovacuum_analyze_threshold = 5000,
  autovacuum_vacuum_cost_delay = 0
);
-- A message of its own for most deliveries; they go a month later, all of a day at once.
alter table delivery.content set (autovacuum_vacuum_scale_factor = 0.05, autovacuum_vacuum_insert_scale_factor = 0.05);
alter table delivery.dedupe set (autovacuum_vacuum_scale_factor = 0.05);
-- Cards are edited in place: room on the page keeps their indexes untouched.
alter table delivery.card set (fillfactor = 80);
