create schema signals;

-- Prices are numeric and keep the digits they came with: 45250.00 stays 45250.00. A list that is empty means "all".

-- Who makes signals.
create table signals.source (
  name text constraint source_pkey primary key,
  -- A longer silence is told to the admins; null: nothing is expected.
  expected_minutes int constraint source_expected_minutes check (expected_minutes > 0),
  -- SHA-256 of the token in the path of its TradingView hook.
  hook_hash bytea constraint source_hook_once unique,
  last_signal_at timestamptz,
  -- Since when its silence is known to the admins; null while all is well.
  silent_since timestamptz,
  created_at timestamptz not null default now()
);

-- An API key that is listed here writes as its source and as no other.
create table signals.source_key (
  api_key_id bigint constraint source_key_pkey primary key,
  source text not null constraint source_key_source_fkey references signals.source (name) on delete cascade
);

create table signals.signal (
  id bigint generated always as identity constraint signal_pkey primary key,
  source text not null,
  type text not null constraint signal_type check (type in ('buy', 'sell', 'close', 'alert')),
  asset text not null,
  entry_price numeric constraint signal_entry_price check (entry_price > 0),
  target_price numeric constraint signal_target_price check (target_price > 0),
  stop_loss numeric constraint signal_stop_loss check (stop_loss > 0),
  timeframe text,
  confidence numeric(5, 2) not null constraint signal_confidence check (confidence between 0 and 100),
  source_model text,
  performance_category text,
  market_context text,
  notes text[] not null default '{}',
  -- What is drawn: an array of [seconds since 1970, open, high, low, close, volume or null], prices as text.
  candles jsonb,
  -- The picture: one that was sent in, or the drawn charts by language.
  media jsonb,
  -- Made by a random walk, to show what it looks like.
  demo boolean not null default false,
  generated_at timestamptz not null,
  expires_at timestamptz,
  created_at timestamptz not null,
  corrected_at timestamptz,
  cancelled_at timestamptz,
  cancel_reason text,
  -- Of what changes after it went out, what people have been shown; see jobs/show-signal.ts.
  shown text not null default 'corrected never',
  -- When its charts were drawn.
  drawn_at timestamptz not null,
  -- For how many chats it was queued.
  reached int not null default 0
);

create index signal_newest on signals.signal (created_at desc, id desc);
create index signal_asset on signals.signal (asset, id desc);
create index signal_source on signals.signal (source, id desc);

-- What can still hit its target or its stop, be closed, or expire: looked at for every price.
create table signals.open_signal (
  signal_id bigint constraint open_signal_pkey primary key
    constraint open_signal_signal_fkey references signals.signal (id) on delete cascade,
  asset text not null,
  expires_at timestamptz
);
create index open_signal_asset on signals.open_signal (asset);
create index open_signal_expiry on signals.open_signal (expires_at) where expires_at is not null;

-- How a signal ended. What performance is asked for stands beside it, so that one index answers.
create table signals.outcome (
  signal_id bigint constraint outcome_pkey primary key
    constraint outcome_signal_fkey references signals.signal (id) on delete cascade,
  kind text not null constraint outcome_kind check (kind in ('target', 'stop', 'closed', 'expired')),
  -- Where it ended; null when nobody knows the price.
  price numeric constraint outcome_price check (price > 0),
  -- In per cent of the entry, before fees, a sell's with its sign turned; null without both prices.
  return_percent numeric,
  -- The same in ten-thousandths of a per cent, for sums: whole numbers are exact and three times as fast. What nobody
  -- earns (over a million per cent) is cut, so that no sum overflows.
  return_units bigint generated always as (case when return_percent is not null then
    greatest(least(round(return_percent * 10000), 10000000000), -10000000000)::bigint end) stored,
  -- How it is known.
  origin text not null constraint outcome_origin check (origin in ('api', 'signal', 'price', 'expiry')),
  at timestamptz not null,
  recorded_at timestamptz not null,
  asset text not null,
  source_model text,
  confidence numeric(5, 2) not null,
  -- The lower bound of its bucket.
  bucket smallint not null generated always as (
    case when confidence < 60 then 0 when confidence < 70 then 60 when confidence < 80 then 70 when confidence < 90 then 80
      else 90 end) stored,
  demo boolean not null
);
create index outcome_at on signals.outcome (at, signal_id)
  include (return_units, asset, source_model, bucket) where return_units is not null;
create index outcome_unpriced on signals.outcome (at) where return_units is null;

-- The contents under which a signal went out, each for readers of one language, format, time zone and kind of chat.
create table signals.content (
  signal_id bigint not null constraint content_signal_fkey references signals.signal (id) on delete cascade,
  -- Of the delivery engine.
  content_id bigint not null,
  language text not null,
  format text not null,
  time_zone text not null,
  place text not null,
  constraint content_pkey primary key (signal_id, content_id)
);

-- Who is to get what. One row per chat: a person's private chat, a group, a channel.
create table signals.subscription (
  chat_id bigint constraint subscription_pkey primary key
    constraint subscription_chat_fkey references account.chat (id) on update cascade on delete cascade,
  -- The person of a private chat, or who has subscribed the group.
  user_id bigint,
  active boolean not null,
  subscribed_at timestamptz,
  unsubscribed_at timestamptz,
  -- The subscription itself ends; null: never.
  expires_at timestamptz,
  types text[] not null default '{}',
  min_confidence numeric(5, 2) not null default 0
    constraint subscription_min_confidence check (min_confidence between 0 and 100),
  assets text[] not null default '{}',
  timeframes text[] not null default '{}',
  models text[] not null default '{}',
  muted_assets text[] not null default '{}',
  -- When signals are wanted, by the clock of the reader's zone; from > to spans midnight; null: always.
  hours_from time,
  hours_to time,
  -- What becomes of the others.
  hours_mode text not null default 'hold' constraint subscription_hours_mode check (hours_mode in ('hold', 'silent', 'drop')),
  format text not null default 'detailed' constraint subscription_format check (format in ('detailed', 'compact')),
  -- Premium until then: at once. Free: with a delay.
  premium_until timestamptz,
  report_period text not null default 'none'
    constraint subscription_report_period check (report_period in ('none', 'daily', 'weekly', 'monthly')),
  report_at time not null default '09:00',
  next_report_at timestamptz,
  -- Of chats with several people; a person's own stand in account.person.
  language text constraint subscription_language check (language in ('en', 'ko')),
  time_zone text,
  -- How the chat reads, copied from the accounts by triggers (below), so that a signal to a hundred thousand looks into
  -- one table. Never written by hand.
  reads text not null,
  zone text not null,
  place text not null constraint subscription_place check (place in ('private', 'shared')),
  -- An operator has shut the person out.
  blocked boolean not null,
  may_hush boolean not null generated always as (hours_from is not null and hours_mode = 'silent') stored,
  changed_at timestamptz not null,
  constraint subscription_hours check ((hours_from is null) = (hours_to is null) and hours_from is distinct from hours_to or hours_from is null and hours_to is null)
);
create index subscription_report on signals.subscription (next_report_at) where next_report_at is not null;
create index subscription_user on signals.subscription (user_id);

-- The few versions of a message that all readers together need: each is found by one probe.
create index subscription_version on signals.subscription (reads, format, zone, place, may_hush) where active;

-- When the next report is due after a moment, by the clock of a zone: tomorrow, Monday, or the first of the month.
create function signals.next_report(period text, at time, zone text, after timestamptz) returns timestamptz
  language sql stable as $$
  select min(due) from (
    select (day::date + at) at time zone zone as due
    from (select after at time zone zone as now) as local
    cross join lateral (values
      ('daily', date_trunc('day', local.now)),
      ('daily', date_trunc('day', local.now) + interval '1 day'),
      ('weekly', date_trunc('week', local.now)),
      ('weekly', date_trunc('week', local.now) + interval '7 days'),
      ('monthly', date_trunc('month', local.now)),
      ('monthly', date_trunc('month', local.now) + interval '1 month')
    ) as begins (of, day)
    where begins.of = period
  ) as candidate
  where due > after
$$;

-- The one place here that knows the tables of accounts: how a chat reads.
create view signals.reader as
  select chat.id as chat_id,
    case when chat.type = 'private' then 'private' else 'shared' end as place,
    coalesce(
      person.language,
      case when lower(person.language_tag) = 'ko' or lower(person.language_tag) like 'ko-%' then 'ko' end) as language,
    person.time_zone,
    coalesce(person.blocked, false) as blocked
  from account.chat
  left join account.person on person.id = chat.person_id;

create function signals.copy_reader() returns trigger language plpgsql as $$
declare
  before_zone text := case when tg_op = 'UPDATE' then old.zone end;
begin
  select coalesce(new.language, reader.language, 'en'), coalesce(new.time_zone, reader.time_zone, 'UTC'), reader.place,
    reader.blocked
  into new.reads, new.zone, new.place, new.blocked
  from signals.reader where reader.chat_id = new.chat_id;
  if new.reads is null then
    -- The foreign key says what is wrong.
    new.reads := 'en'; new.zone := 'UTC'; new.place := 'private'; new.blocked := false;
  end if;
  if new.next_report_at is not null and before_zone is distinct from new.zone then
    new.next_report_at := signals.next_report(new.report_period, new.report_at, new.zone, now());
  end if;
  return new;
end
$$;
create trigger subscription_reader before insert or update on signals.subscription
  for each row execute function signals.copy_reader();

create function signals.follow_person() returns trigger language plpgsql as $$
begin
  update signals.subscription set changed_at = changed_at
  where chat_id in (select id from account.chat where person_id = new.id);
  return null;
end
$$;
create trigger signals_follow_person after update of language, language_tag, time_zone, blocked on account.person
  for each row execute function signals.follow_person();

create function signals.follow_chat() returns trigger language plpgsql as $$
begin
  update signals.subscription set changed_at = changed_at where chat_id = new.id;
  return null;
end
$$;
create trigger signals_follow_chat after update of type, person_id on account.chat
  for each row execute function signals.follow_chat();

-- The first press of one of a signal's buttons: Telegram tells of no other reading.
create table signals.reading (
  signal_id bigint not null constraint reading_signal_fkey references signals.signal (id) on delete cascade,
  chat_id bigint not null constraint reading_chat_fkey references account.chat (id) on update cascade on delete cascade,
  read_at timestamptz not null,
  constraint reading_pkey primary key (signal_id, chat_id)
);

-- What a person did with a signal.
create table signals.portfolio (
  user_id bigint not null,
  signal_id bigint not null constraint portfolio_signal_fkey references signals.signal (id) on delete cascade,
  decision text not null constraint portfolio_decision check (decision in ('took', 'skipped')),
  -- What it was to be entered at when it was taken.
  entry_price numeric,
  decided_at timestamptz not null,
  constraint portfolio_pkey primary key (user_id, signal_id)
);

-- Messages that came over a hook, so that a repeat sends nothing; kept for a week.
create table signals.hook_call (
  source text not null,
  -- SHA-256 of the message.
  hash bytea not null,
  signal_id bigint,
  at timestamptz not null,
  constraint hook_call_pkey primary key (source, hash)
);
create index hook_call_at on signals.hook_call (at);

create table signals.price (
  asset text not null,
  at timestamptz not null,
  price numeric not null constraint price_positive check (price > 0),
  source text not null,
  constraint price_pkey primary key (asset, at)
);
create index price_at on signals.price using brin (at);

create table signals.price_alert (
  id bigint generated always as identity constraint price_alert_pkey primary key,
  chat_id bigint not null constraint price_alert_chat_fkey references account.chat (id) on update cascade on delete cascade,
  user_id bigint not null,
  asset text not null,
  direction text not null constraint price_alert_direction check (direction in ('above', 'below')),
  price numeric not null constraint price_alert_price check (price > 0),
  created_at timestamptz not null,
  fired_at timestamptz,
  fired_price numeric
);
create index price_alert_waiting on signals.price_alert (asset, direction, price) where fired_at is null;
create index price_alert_chat on signals.price_alert (chat_id, id);

-- What the stake has earned in per cent when `from_price` has become `to_price`; null when that cannot be said.
create function signals.return_percent(type text, from_price numeric, to_price numeric) returns numeric
  language sql immutable as $$
  select case type
    when 'buy' then round((to_price - from_price) * 100 / from_price, 4)
    when 'sell' then round((from_price - to_price) * 100 / from_price, 4)
  end
$$;
