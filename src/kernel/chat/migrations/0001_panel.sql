create schema chat;

-- Which page an /admin panel shows, so that what was asked outside for one page is not put over another.
create table chat.panel (
  chat_id bigint not null constraint panel_chat_fkey references account.chat (id) on update cascade on delete cascade,
  message_id bigint not null,
  -- Section and page, as in the data of its buttons.
  page text not null,
  shown_at timestamptz not null,
  constraint panel_pkey primary key (chat_id, message_id)
);
