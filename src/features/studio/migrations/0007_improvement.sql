-- Words that a person had improved. What he and the service said is sealed, and gone when the order is made, stopped or
-- forgotten about; what it cost stays, for the budget and the statistics.
create table studio.improvement (
  id uuid not null,
  -- 0 after the person asked to be forgotten.
  user_id bigint not null,
  chat_id bigint not null,
  model text not null,
  has_image boolean not null,
  state text not null,
  -- Sealed: what he wrote, until the service has answered.
  words text,
  -- Sealed: what the service made of it, until it is decided.
  improved text,
  prompt_tokens int not null default 0,
  output_tokens int not null default 0,
  cost_usd_micros bigint not null default 0,
  asked_at timestamptz not null,
  constraint improvement_pkey primary key (id),
  constraint improvement_state check (state in ('asked', 'ready', 'failed', 'over')),
  constraint improvement_words_are_erased check (
    (words is null or state = 'asked') and (improved is null or state = 'ready'))
);
create index improvement_open on studio.improvement (asked_at) where state <> 'over';
create index improvement_asked_at on studio.improvement (asked_at);
create index improvement_user on studio.improvement (user_id, asked_at);

alter table studio.preference add column improves_words boolean not null default false;
