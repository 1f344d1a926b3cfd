-- The right to a chat's turn and what is to be done in it, in one round trip. Two statements all the same: inside a
-- function each has a snapshot of its own, and one from before the lock may show what is done as waiting.
create function telegram.take_turn(bot bigint, chat bigint, not_kinds text[], limit_ms text)
  returns table (
    pid int, started_at text,
    update_id bigint, body text, attempts int, received_at timestamptz, has_next boolean
  )
  language plpgsql as $$
begin
  if not pg_try_advisory_xact_lock(hashtextextended('telegram.update:' || bot || ':' || chat, 0)) then
    return;
  end if;
  perform set_config('statement_timeout', limit_ms, true), set_config('idle_in_transaction_session_timeout', limit_ms, true);
  return query
    select pg_backend_pid(), now()::text, head.*
    from (values (1)) as turn
    left join (
      select waiting.update_id, waiting.body, waiting.attempts, waiting.received_at,
        lead(waiting.update_id) over (order by waiting.seq) is not null
      from (
        select * from telegram.update as u
        where u.bot_id = bot and u.chat_id = chat and u.state = 'waiting' and u.kind <> all(not_kinds)
        order by u.seq limit 2
      ) as waiting
      order by waiting.seq limit 1
    ) as head on true;
end $$;
