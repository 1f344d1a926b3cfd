create schema telegram;

-- Every update, from before it is confirmed to Telegram until retention removes it.
create table telegram.update (
  bot_id bigint not null,
  update_id bigint not null,
  -- The order of arrival. Not update_id: after a week of silence Telegram goes on at a random one.
  seq bigint generated always as identity,
  -- What is handled one after the other: the chat, or the person where there is none.
  chat_id bigint not null,
  kind text not null,
  state text not null default 'waiting',
  -- The update as it came, sealed, because people write prompts; erased with its handling.
  body text,
  -- Of a pressed button, to answer it should the process die right after handling it.
  callback_id text,
  -- Counts handlings that may have taken the process with them, not those that failed politely.
  attempts int not null default 0,
  error text,
  -- What the person was given to quote.
  reference text,
  received_at timestamptz not null default now(),
  finished_at timestamptz,
  constraint update_pkey primary key (bot_id, update_id),
  constraint update_state_known check (state in ('waiting', 'handled', 'failed')),
  constraint update_body_until_handled check ((body is null) = (state = 'handled')),
  constraint update_finished check ((finished_at is null) = (state = 'waiting'))
);

create index update_waiting on telegram.update (bot_id, chat_id, seq) where state = 'waiting';
create index update_by_end on telegram.update (finished_at) where state <> 'waiting';
create index update_by_reference on telegram.update (reference) where reference is not null;

-- A guided sequence that a person has open in a chat.
create table telegram.dialog (
  chat_id bigint not null,
  user_id bigint not null,
  flow text not null,
  step text not null,
  -- Sealed: it may hold a prompt.
  data text not null,
  version bigint not null default 1,
  updated_at timestamptz not null default now(),
  constraint dialog_pkey primary key (chat_id, user_id)
);
