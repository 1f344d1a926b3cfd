-- Joins a user of a web app with a person in Telegram.
create table account.link (
  -- The claim `sub` of the web app's tokens: it is one person's here, or nobody's.
  subject text constraint link_pkey primary key,
  person_id bigint not null constraint link_person_fkey references account.person (id),
  linked_at timestamptz not null default now()
);

create index link_by_person on account.link (person_id);
