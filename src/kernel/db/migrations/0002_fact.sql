-- Single values that every replica must agree on, such as the fingerprint of the encryption key.
create table kernel.fact (
  name text primary key,
  value text not null
);
