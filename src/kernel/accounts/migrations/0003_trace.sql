-- What outlives a person's /forget, so that beginning anew renews nothing: numbers under a keyed hash of Telegram's id,
-- which tells nobody who it was and is found again only by who has the key and the id.
create table account.trace (
  person_hash text not null,
  -- `<owner>.<what>`, such as `ledger.welcome`.
  name text not null,
  amount bigint not null,
  expires_at timestamptz,
  constraint trace_pkey primary key (person_hash, name)
);
create index trace_by_end on account.trace (expires_at) where expires_at is not null;
