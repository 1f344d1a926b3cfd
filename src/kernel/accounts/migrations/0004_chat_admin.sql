-- Who was an admin of a group when Telegram was last asked. Believed for a few minutes only.
create table account.chat_admin (
  chat_id bigint not null constraint chat_admin_chat_fkey references account.chat (id) on update cascade on delete cascade,
  person_id bigint not null constraint chat_admin_person_fkey references account.person (id),
  seen_at timestamptz not null,
  constraint chat_admin_pkey primary key (chat_id, person_id)
);
create index chat_admin_by_person on account.chat_admin (person_id);
create index chat_admin_by_time on account.chat_admin (seen_at);
