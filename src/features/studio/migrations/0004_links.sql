-- A video that is too large for Telegram waits behind a link: until when, and how much it takes. Its bytes stay so long,
-- also after the job's end.
alter table studio.job add column link_until timestamptz;
alter table studio.job add column link_bytes bigint;
alter table studio.job add constraint job_link check ((link_until is null) = (link_bytes is null));

-- What waits there, and what is over.
create index job_linked on studio.job (link_until) where link_until is not null;
