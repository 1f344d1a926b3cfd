-- Telegram's id of who caused it, for as long as the update holds what he wrote: whoever has himself forgotten takes along
-- what of his was set aside, also out of a group.
alter table telegram.update add column person_id bigint;
create index update_failed_by_person on telegram.update (person_id) where state = 'failed';
