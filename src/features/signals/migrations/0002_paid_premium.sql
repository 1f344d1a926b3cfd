-- Premium comes from an operator or from a monthly plan; whichever lasts longer holds. `premium_until` stays what decides:
-- a signal to a hundred thousand compares one column.
alter table signals.subscription
  add column premium_granted_until timestamptz,
  add column premium_paid_until timestamptz;
update signals.subscription set premium_granted_until = premium_until where premium_until is not null;
