-- Each update is written once more when it is handled, which moves it out of the index of what waits; some room on
-- each page is kept for that second version, and the dead ones are cleared away by numbers of rows, not by shares.
alter table telegram.update set (
  fillfactor = 80,
  autovacuum_vacuum_scale_factor = 0.02, autovacuum_vacuum_threshold = 2000,
  autovacuum_vacuum_cost_delay = 0
);
