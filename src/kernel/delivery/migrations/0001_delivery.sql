create schema delivery;

-- Contents and deliveries share one sequence: whatever goes out with a content has a higher id, which is where to look.
create sequence delivery.delivery_id;

-- What is said, stored once however many chats it goes to, with what the topic said of it when it was made.
create table delivery.content (
  id bigint constraint content_pkey primary key default nextval('delivery.delivery_id'),
  topic text not null,
  -- The typed content; rendered to Bot API calls when the sender reads it.
  body jsonb not null,
  -- A person may mute the topic.
  opt_out boolean not null,
  -- What the topic does inside quiet hours unless the person chose otherwise; `pass` ignores them (critical, payments).
  quiet_mode text not null constraint content_quiet_mode check (quiet_mode in ('pass', 'deliver', 'silent', 'hold', 'drop')),
  silent boolean not null,
  dedupe_key text,
  -- Of a fan-out: may have any number of recipients. Others belong to one delivery and go with it.
  shared boolean not null,
  created_at timestamptz not null default now()
);

-- Only what is not finished. On the usual way a row is inserted, read and deleted, never updated: what is on the wire
-- stands in `flight`, so that five million waiting rows stay packed and claiming leaves no dead versions behind.
create table delivery.outbox (
  id bigint constraint outbox_pkey primary key default nextval('delivery.delivery_id'),
  -- The order of `lanes` in delivery.ts: 0 goes first.
  lane smallint not null constraint outbox_lane check (lane between 0 and 5),
  chat_id bigint not null,
  content_id bigint not null,
  -- delayed: made for later. held: by quiet hours. Both become queued when not_before comes.
  state text not null default 'queued' constraint outbox_state check (state in ('queued', 'delayed', 'held')),
  -- Without a sound: because it was made so, or by quiet hours.
  silent boolean not null default false,
  -- The first markup was refused: goes out as plain text.
  plain boolean not null default false,
  -- An earlier attempt may have arrived: lanes that say so mark the message.
  perhaps_repeat boolean not null default false,
  attempts smallint not null default 0,
  -- Parts of a split message that have arrived.
  sent_ids bigint[],
  created_at timestamptz not null default now(),
  not_before timestamptz,
  -- Quiet hours have held it, now or before.
  held boolean not null default false,
  -- An attempt has failed: what stands behind it in its chat and lane waits with it.
  retry_at timestamptz,
  expires_at timestamptz,
  -- When the chat's next quiet hours begin: to be judged again from then on. Null when they do not concern it.
  quiet_at timestamptz,
  -- It will not be sent, and why (`muted`, `blocked`, …): the sender finishes it as suppressed.
  refusal text,
  thread_id bigint,
  reply_to bigint,
  card_id bigint,
  edit_message_id bigint,
  -- Joins several held ones, and stands for those whose digest_id is its id.
  is_digest boolean not null default false,
  digest_id bigint,
  settle_handler text,
  settle_reference text
);

-- The sender reads each lane forward from where it stands; see sql/scan.ts for the measurements.
create index outbox_next on delivery.outbox (lane, id) where state = 'queued';
-- The rest of one chat: what a suspension, a mute or a move concerns, and the console's page of a chat.
create index outbox_chat on delivery.outbox (chat_id, lane, id);
create index outbox_waiting on delivery.outbox (not_before) where state <> 'queued';
create index outbox_expiry on delivery.outbox (expires_at) where expires_at is not null;
create index outbox_quiet on delivery.outbox (quiet_at) where quiet_at is not null and state = 'queued';
create index outbox_refusal on delivery.outbox (id) where refusal is not null;
create unique index outbox_card on delivery.outbox (card_id) where card_id is not null;
create index outbox_digest on delivery.outbox (digest_id) where digest_id is not null;

-- What is on the wire: one row per claim. Whatever a sender that died has left here is ambiguous.
create table delivery.flight (
  id bigint generated always as identity primary key,
  epoch bigint not null,
  delivery_ids bigint[] not null,
  claimed_at timestamptz not null default now()
);

-- The epoch of the sender that has taken over last: claims and records of an older one find nothing.
create table delivery.sender (
  only_row boolean constraint sender_pkey primary key default true constraint sender_only_row check (only_row),
  epoch bigint not null
);
insert into delivery.sender (epoch) values (0);

-- What is finished, by day of its end, so that old days are dropped and not deleted.
create table delivery.history (
  id bigint not null,
  lane smallint not null,
  chat_id bigint not null,
  content_id bigint not null,
  state text not null constraint history_state check (state in ('sent', 'expired', 'suppressed', 'failed', 'unknown')),
  silent boolean not null,
  plain boolean not null,
  perhaps_repeat boolean not null,
  attempts smallint not null,
  sent_ids bigint[],
  created_at timestamptz not null,
  not_before timestamptz,
  held boolean not null,
  expires_at timestamptz,
  thread_id bigint,
  reply_to bigint,
  card_id bigint,
  edit_message_id bigint,
  digest_id bigint,
  -- Null when nothing was ever put on the wire.
  claimed_at timestamptz,
  finished_at timestamptz not null default now(),
  -- Of the last part.
  message_id bigint,
  error text
) partition by range (finished_at);

-- Catches what the days made ahead do not cover; empty as long as the program runs at least once a week.
create table delivery.history_default partition of delivery.history default;
create index history_id on delivery.history (id);
create index history_chat on delivery.history (chat_id, id);
-- Rows arrive in the order of both, so a summary of page ranges finds them and costs the writer nothing.
create index history_finished on delivery.history using brin (finished_at);
create index history_content on delivery.history using brin (content_id);

-- What happened on the way and cannot be read from the delivery itself: retries, doubts, moves. The usual delivery has none.
create table delivery.entry (
  delivery_id bigint not null,
  at timestamptz not null default clock_timestamp(),
  event text not null,
  detail text not null
);
create index entry_delivery on delivery.entry (delivery_id, at);
create index entry_at on delivery.entry using brin (at);

-- Keys that were used; kept longer than the 30 days that are promised.
create table delivery.dedupe (
  -- SHA-256 of the key, the first 16 bytes.
  key_hash uuid constraint dedupe_pkey primary key,
  -- Of a fan-out: what has gone out under the key; a repeat leaves out whom these have reached.
  content_ids bigint[] not null default '{}',
  used_at timestamptz not null default now()
);
create index dedupe_used on delivery.dedupe using brin (used_at);

-- One live message per thing and chat.
create table delivery.card (
  id bigint generated always as identity primary key,
  chat_id bigint not null,
  key text not null,
  -- What stands in the chat; null: nothing yet, or it cannot be edited any more.
  message_id bigint,
  -- A message with media cannot become one of text only: its caption is edited.
  shown text constraint card_shown check (shown in ('text', 'media')),
  changed_at timestamptz not null default now(),
  constraint card_key unique (key, chat_id)
);
create index card_chat on delivery.card (chat_id);

create table delivery.preference (
  topic text not null,
  chat_id bigint not null constraint preference_chat_fkey references account.chat (id) on update cascade on delete cascade,
  -- Null: as the topic says.
  enabled boolean,
  quiet_mode text constraint preference_quiet_mode check (quiet_mode in ('deliver', 'silent', 'hold', 'drop')),
  constraint preference_pkey primary key (topic, chat_id)
);
create index preference_chat on delivery.preference (chat_id);

-- A zone that the database does not know would fail every broadcast that meets it.
create function delivery.is_time_zone(zone text) returns boolean language plpgsql immutable as $$
begin
  perform timestamptz 'epoch' at time zone zone;
  return true;
exception when invalid_parameter_value then
  return false;
end
$$;

create table delivery.quiet_hours (
  chat_id bigint constraint quiet_hours_pkey primary key
    constraint quiet_hours_chat_fkey references account.chat (id) on update cascade on delete cascade,
  -- In the zone's wall-clock time; from > to spans midnight.
  from_time time not null,
  to_time time not null,
  time_zone text not null constraint quiet_hours_time_zone check (delivery.is_time_zone(time_zone)),
  constraint quiet_hours_span check (from_time <> to_time)
);

-- "Retry after" that Telegram has asked for, per chat and (chat 0) for the whole bot: the next sender must know it too.
create table delivery.flood (
  chat_id bigint constraint flood_pkey primary key,
  blocked_until timestamptz not null
);

-- Outcomes whose handler failed in the recording transaction: told again until it succeeds.
create table delivery.settlement (
  delivery_id bigint constraint settlement_pkey primary key,
  handler text not null,
  outcome jsonb not null,
  attempts smallint not null default 1,
  next_at timestamptz not null
);

-- Few, whatever the volume: what somebody may want to look into.
create index history_exception on delivery.history (state, id) where state <> 'sent';

-- Everything there is, finished or not.
create view delivery.record as
  select o.id, o.lane, o.chat_id, o.content_id, content.topic,
    case
      when flight.claimed_at is not null then 'sending'
      when o.refusal is not null then 'suppressed'
      when o.state = 'delayed' then 'queued'
      else o.state
    end as state,
    o.silent, o.plain, o.attempts, content.dedupe_key, o.created_at, o.not_before, o.held,
    o.expires_at, flight.claimed_at,
    null::timestamptz as finished_at, null::bigint as message_id, o.digest_id, o.refusal, null::text as error
  from delivery.outbox as o
  join delivery.content on content.id = o.content_id
  left join lateral (
    select flight.claimed_at from delivery.flight where o.id = any(flight.delivery_ids) limit 1
  ) as flight on true
  union all
  select h.id, h.lane, h.chat_id, h.content_id, content.topic, h.state, h.silent, h.plain, h.attempts, content.dedupe_key, h.created_at,
    h.not_before, h.held, h.expires_at, h.claimed_at, h.finished_at, h.message_id, h.digest_id, null, h.error
  from delivery.history as h
  left join delivery.content on content.id = h.content_id;
