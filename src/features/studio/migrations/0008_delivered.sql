-- What was delivered, newest first: how long videos take of late (see forecast.ts).
create index job_delivered on studio.job (finished_at desc) where state = 'delivered';
