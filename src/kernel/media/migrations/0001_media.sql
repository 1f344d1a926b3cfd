create schema media;

create table media.file (
  id text constraint file_pkey primary key,
  content_type text not null,
  -- As a person may see it; the name on disk is random.
  file_name text not null,
  bytes bigint not null,
  -- Null once the bytes are gone.
  stored_name text constraint file_stored_name_once unique,
  telegram_file_id text,
  -- When it became part of a business change; what does not within an hour is swept.
  kept_at timestamptz,
  expires_at timestamptz,
  erased_at timestamptz,
  created_at timestamptz not null,
  constraint file_bytes_gone check (stored_name is not null or erased_at is not null)
);

-- What the sweep looks for, however many files are kept.
create index file_unkept on media.file (created_at) where kept_at is null and erased_at is null;
create index file_expiring on media.file (expires_at) where erased_at is null;
create index file_unfinished on media.file (erased_at) where erased_at is not null and stored_name is not null;
create index file_erased on media.file (erased_at) where erased_at is not null;
