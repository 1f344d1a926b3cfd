-- Whether a provider answers, by what its last calls brought (see circuit.ts). A provider without a row is well.
create table studio.circuit (
  provider text not null,
  state text not null,
  -- What opened it last.
  trouble text,
  -- Calls of late, while it is closed and some of them failed: [{"at": ISO time, "failed": boolean}].
  marks jsonb not null default '[]',
  -- How often it has opened without having been closed between.
  openings int not null default 0,
  -- Since it first opened.
  out_since timestamptz,
  -- Open: when one job may try it. Half open: when that trial counts as lost.
  until timestamptz,
  trial_job uuid,
  constraint circuit_pkey primary key (provider),
  constraint circuit_state check (state in ('closed', 'open', 'half_open')),
  constraint circuit_trouble check (trouble in ('outage', 'no_credit', 'unauthorized')),
  constraint circuit_is_whole check (
    (state = 'closed') = (trouble is null) and (state = 'closed') = (out_since is null)
    and (state = 'closed') = (until is null) and (state = 'half_open') = (trial_job is not null))
);

alter table studio.job
  -- Models that were asked to make it since its last pause and could not be reached.
  add column tried_models text[] not null default '{}',
  -- Why the model that makes it was chosen among those that can, such as cheapest; null until its turn comes.
  add column offer_reason text,
  -- It waits because everybody who could make it is out.
  add column is_blocked boolean not null default false;
