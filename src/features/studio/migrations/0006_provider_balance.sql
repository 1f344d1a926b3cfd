-- What providers last said is left on our accounts there.
create table studio.provider_balance (
  provider text constraint provider_balance_pkey primary key,
  -- Null: it could not be had.
  amount double precision,
  unit text not null,
  asked_at timestamptz not null
);
