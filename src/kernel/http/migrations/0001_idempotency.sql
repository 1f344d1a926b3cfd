create schema http;

create table http.idempotency (
  -- The API key's id: two callers may use the same key text.
  owner text not null,
  key text not null,
  request_hash text not null,
  -- Null only inside the transaction that makes the row.
  status int,
  body jsonb,
  created_at timestamptz not null default now(),
  constraint idempotency_pkey primary key (owner, key)
);

create index idempotency_created_at on http.idempotency (created_at);
