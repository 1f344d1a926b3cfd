create schema alarms;

-- Trouble of the program's own, from its beginning to its end: one row that all replicas share, so that each is told once.
create table alarms.incident (
  id bigint generated always as identity constraint incident_pkey primary key,
  kind text not null,
  -- What the first who saw it said.
  detail text not null,
  began_at timestamptz not null,
  -- When some replica saw it last.
  seen_at timestamptz not null default now(),
  closed_at timestamptz
);

create unique index incident_open on alarms.incident (kind) where closed_at is null;
create index incident_closed on alarms.incident (closed_at) where closed_at is not null;
