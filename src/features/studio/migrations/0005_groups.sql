-- How videos may be asked for in a group. Absent: the deployment's standard (studio.groups).
create table studio.group_rule (
  chat_id bigint not null,
  enabled boolean not null,
  -- everybody, or the group's admins only.
  who text not null,
  -- Videos of one person within an hour; 0 is no limit.
  per_hour int not null,
  constraint group_rule_pkey primary key (chat_id),
  constraint group_rule_chat foreign key (chat_id) references account.chat (id) on update cascade on delete cascade,
  constraint group_rule_who check (who in ('everybody', 'admins')),
  constraint group_rule_per_hour check (per_hour >= 0)
);

-- A wish that waits for Telegram to say whether its author administers the group: for seconds, minutes at most. Erased
-- when it is ordered, refused or has waited too long.
create table studio.group_wish (
  id uuid not null,
  chat_id bigint not null,
  user_id bigint not null,
  thread_id int,
  -- The message that asked, or the one whose button was pressed: one wish each.
  message_id bigint not null,
  -- Sealed.
  asked text not null,
  asked_at timestamptz not null,
  constraint group_wish_pkey primary key (id),
  constraint group_wish_once unique (chat_id, message_id),
  constraint group_wish_chat foreign key (chat_id) references account.chat (id) on update cascade on delete cascade
);
create index group_wish_user on studio.group_wish (user_id);

-- The wish had a picture. What asks for it again without one (the picture stood in another message) would be another wish.
alter table studio.job add column with_picture boolean not null default false;
-- What one person has asked for in one group lately.
create index job_group on studio.job (chat_id, user_id, ordered_at) where chat_id < 0;

-- Words typed after the bot's name in another chat, sealed, until their author comes for them in the private one: for
-- minutes. By Telegram's id, because whoever types may be unknown to us.
create table studio.inline_words (
  telegram_id bigint not null,
  words text not null,
  typed_at timestamptz not null,
  constraint inline_words_pkey primary key (telegram_id)
);
create index inline_words_typed_at on studio.inline_words (typed_at);
