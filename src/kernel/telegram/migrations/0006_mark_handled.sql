-- Refuses by itself when the update no longer waits: the commit of what was done for it may go out together with this.
create function telegram.mark_handled(bot bigint, id bigint, handled_by text)
  returns void
  language plpgsql as $$
begin
  update telegram.update
    set state = 'handled', handler = handled_by, body = null, person_id = null, finished_at = now()
    where bot_id = bot and update_id = id and state = 'waiting';
  if not found then
    raise exception 'update % was handled by somebody else', id;
  end if;
end $$;
