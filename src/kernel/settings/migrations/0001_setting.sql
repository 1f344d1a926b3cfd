create schema setting;

-- Only what differs from the defaults, so that a better default of a later version reaches who never changed it.
create table setting.section (
  key text constraint section_pkey primary key,
  value jsonb not null constraint section_value_object check (jsonb_typeof(value) = 'object')
);

create table setting.change (
  id bigint generated always as identity constraint change_pkey primary key,
  key text not null,
  -- Whole sections, as they were in force.
  before jsonb not null,
  after jsonb not null,
  changed_by text not null,
  changed_at timestamptz not null default now()
);

create index change_by_key on setting.change (key, id desc);
