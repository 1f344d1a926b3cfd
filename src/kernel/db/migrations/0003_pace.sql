-- What replicas together may do only so often, such as asking a service for new work.
create table kernel.pace (
  name text not null,
  -- The last moments that were booked, ascending, in milliseconds since 1970 by this server's clock.
  taken float8[] not null default '{}',
  constraint pace_pkey primary key (name)
);
