alter table studio.job
  -- Since when it waits to be called back, because the provider's answer to its start was lost.
  add column unclear_at timestamptz,
  -- What a verified callback calls it there, before its start was answered.
  add column called_back_as text;
