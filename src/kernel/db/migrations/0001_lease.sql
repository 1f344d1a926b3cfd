create table kernel.lease (
  name text primary key,
  owner text not null,
  -- Grows with each change of owner; never goes back, so an old holder's writes can be told from the new one's.
  epoch bigint not null,
  expires_at timestamptz not null
);
