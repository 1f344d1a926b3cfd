-- The order of a chat's deliveries is for those who look into a chat, and only for them. With the bare id in third place
-- this index looked as good as the primary key to whoever had an id, whenever statistics were taken of an empty queue
-- (an autovacuum between two broadcasts is enough): then a record read all of it for each of its deliveries.
drop index delivery.outbox_chat;
create index outbox_chat on delivery.outbox (chat_id, lane, (id + 0));
