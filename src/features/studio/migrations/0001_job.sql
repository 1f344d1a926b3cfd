create schema studio;

-- One row per video that was ordered. What was asked for is gone when the video is here or the job has ended (see
-- job_prompt_is_erased); the rest stays for statistics and for the ledger.
create table studio.job (
  id uuid not null,
  user_id bigint not null,
  -- As Telegram showed it at the time; null after the person asked to be forgotten.
  username text,
  -- 0 after the person asked to be forgotten: a private chat's id is the person's.
  chat_id bigint not null,
  thread_id int,
  -- The message that ordered it, so that its card can quote it.
  prompt_message_id bigint,
  -- The bot's message whose button ordered it; null when it was typed. The second press of a double click finds it.
  pressed_message_id bigint,
  state text not null default 'ordered',

  model text not null,
  -- The model that makes it instead, because the ordered one's provider was out.
  stand_in text,
  -- Whose turn it is: the provider of stand_in, if there is one.
  provider text not null,
  duration_seconds int not null,
  width int not null,
  height int not null,
  -- Thousandths of a credit, held under the reference studio.job:<id>; 0 in free mode.
  price bigint not null,
  -- What the provider charges us.
  cost_usd_micros bigint not null,
  -- For variations: the same seed makes the same video where a provider knows seeds.
  seed int not null default 0,
  prompt_tokens int not null,
  output_tokens int not null default 0,

  -- Sealed with the cipher; null as soon as the video is here or the job has ended.
  prompt text,
  -- The picture in Telegram, and our copy once the provider needs it; gone with the prompt.
  image_file_id text,
  image_media_id text,
  result_media_id text,
  thumbnail_media_id text,

  -- What the provider calls it; null until it has answered.
  provider_reference text,
  -- SHA-256 of the unguessable part of our callback URL.
  callback_token_hash text,
  -- 0 to 100.
  progress smallint not null default 0,
  -- How often the provider could surely not be started or asked.
  setbacks int not null default 0,
  -- A stable word for why it failed, such as moderation; texts say it in the person's language.
  failure text,
  -- What the card shows (see show-job.ts), and since when: an edit that nobody would see is not made.
  card_shows text not null default '',
  card_at timestamptz not null,
  -- The delivery of the video, once there is one.
  delivery_id bigint,
  telegram_file_id text,
  message_id bigint,

  ordered_at timestamptz not null,
  -- Not to be submitted before (after a setback).
  not_before timestamptz not null,
  submitted_at timestamptz,
  finished_at timestamptz,
  -- When it last moved or its provider was last asked: the sweep looks after jobs that nobody has looked at for long.
  looked_at timestamptz not null,
  -- The planned look at the provider after which the next one is planned. Looks planned earlier plan none.
  next_poll_at timestamptz,
  -- When whatever has not ended by then is given up.
  deadline timestamptz not null,

  constraint job_pkey primary key (id),
  constraint job_state check (state in (
    'ordered', 'submitting', 'running', 'fetching', 'delivering', 'delivered', 'failed', 'cancelled', 'expired')),
  constraint job_prompt_is_erased check (
    (state in ('delivered', 'failed', 'cancelled', 'expired')) = (finished_at is not null)
    and (
      (finished_at is null and state <> 'delivering')
      or (prompt is null and image_file_id is null and image_media_id is null))),
  constraint job_price check (price >= 0),
  constraint job_progress check (progress between 0 and 100)
);

-- The queue: what waits, oldest first.
create index job_waiting on studio.job (ordered_at, id) where state = 'ordered';
-- What is on its way, for limits, polling and the sweep.
create index job_open on studio.job (user_id, state) where finished_at is null;
create index job_reference on studio.job (provider, provider_reference) where finished_at is null;
create index job_callback on studio.job (callback_token_hash) where finished_at is null;
-- Statistics by day, quotas by person and day.
create index job_ordered_at on studio.job (ordered_at);
create index job_user on studio.job (user_id, ordered_at desc);
create index job_pressed on studio.job (chat_id, pressed_message_id) where pressed_message_id is not null;

-- What a person chose; absent means the first model and its first choices.
create table studio.preference (
  user_id bigint not null,
  model text,
  duration_seconds int,
  width int,
  height int,
  constraint preference_pkey primary key (user_id)
);

-- Callbacks that were accepted, so that a replay is refused while its signature is still young enough.
create table studio.callback (
  provider text not null,
  id text not null,
  received_at timestamptz not null,
  constraint callback_pkey primary key (provider, id)
);
create index callback_received_at on studio.callback (received_at);
