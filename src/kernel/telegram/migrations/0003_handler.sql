-- What handled it, such as `command:start`: for the statistics of the last days. Null while it waits, and when it failed.
alter table telegram.update add column handler text;
