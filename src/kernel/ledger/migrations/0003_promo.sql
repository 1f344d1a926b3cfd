-- Which kind of key a kind of transaction is booked under: `<key>:<cause>`. Null: there is no such kind. A migration that
-- adds a kind replaces this function.
create function ledger.key_of(kind text) returns text immutable language sql as $$
  select case kind
    when 'purchase' then 'payment' when 'suspense' then 'payment' when 'assignment' then 'assignment'
    when 'capture' then 'hold' when 'grant' then 'adjust' when 'take' then 'adjust'
    when 'refund' then 'refund' when 'refund_paid' then 'refund-paid' when 'refund_returned' then 'refund-returned'
    when 'stars_other' then 'stars'
    when 'promo' then 'promo'
  end
$$;
alter table ledger.transaction drop constraint transaction_kind;
alter table ledger.transaction add constraint transaction_kind check (ledger.key_of(kind) is not null);

insert into ledger.account (id, kind, currency, may_go_negative) values (9, 'promo', 'CREDIT', true);

-- Lock order: promo_code → account.
create table ledger.promo_code (
  -- Upper case; people may type it in any.
  code text not null,
  credits bigint not null,
  most_uses int not null,
  -- Counted here, so that the last use has one winner whatever else is going on.
  uses int not null default 0,
  -- Only for somebody who has never paid; and of such codes, one per person.
  new_people_only boolean not null,
  created_by text not null,
  created_at timestamptz not null,
  expires_at timestamptz,
  switched_off_at timestamptz,
  constraint promo_code_pkey primary key (code),
  constraint promo_code_spelling check (code ~ '^[A-Z0-9_-]{3,32}$'),
  constraint promo_code_amounts check (credits > 0 and most_uses > 0 and uses between 0 and most_uses)
);

create table ledger.promo_use (
  code text not null,
  user_id bigint not null,
  used_at timestamptz not null,
  constraint promo_use_pkey primary key (code, user_id),
  constraint promo_use_code foreign key (code) references ledger.promo_code (code)
);
create index promo_use_user on ledger.promo_use (user_id);

-- Codes that were tried in vain, for as long as they count against guessing. Not which: a typing mistake may be a secret.
create table ledger.promo_try (
  user_id bigint not null,
  tried_at timestamptz not null
);
create index promo_try_user on ledger.promo_try (user_id, tried_at);

-- 10. A code gives what it says, to as many as it says, to each of them once.
create view ledger.violation_10_promo as
select format('promo code %s', promo_code.code) as subject,
  format('counts %s uses of %s, and has %s', promo_code.uses, promo_code.most_uses, count(promo_use.user_id)) as detail
from ledger.promo_code left join ledger.promo_use using (code)
group by promo_code.code
having count(promo_use.user_id) <> promo_code.uses or promo_code.uses > promo_code.most_uses
union all
select format('promo code %s', code), format('gives %s to user %s, booked %s', promo_code.credits, promo_use.user_id,
  coalesce(given.amount, 0))
from ledger.promo_use join ledger.promo_code using (code)
left join lateral (
  select sum(posting.amount) as amount
  from ledger.transaction
  join ledger.posting on posting.transaction_id = transaction.id
  join ledger.account on account.id = posting.account_id
  where transaction.reference = format('promo:%s:%s', code, promo_use.user_id) and account.owner = promo_use.user_id
) as given on true
where given.amount is distinct from promo_code.credits
union all
select format('transaction %s', transaction.id), format('%s posts %s of promo codes', transaction.kind, posting.amount)
from ledger.posting join ledger.transaction on transaction.id = posting.transaction_id
where posting.account_id = 9 and (transaction.kind <> 'promo' or not exists (
  select from ledger.promo_use where format('promo:%s:%s', code, user_id) = transaction.reference
));

create or replace view ledger.violation_8_repeat as
select format('reference %s', reference) as subject, format('was booked %s times', count(*)) as detail
from ledger.transaction group by reference having count(*) > 1
union all
select format('hold %s', reference), format('was placed %s times', count(*))
from ledger.hold group by reference having count(*) > 1
union all
select format('charge %s', charge_id), format('was recorded %s times', count(*))
from ledger.payment group by charge_id having count(*) > 1
union all
select format('star transaction %s %s', id, direction), format('was recorded %s times', count(*))
from ledger.star_transaction group by id, direction having count(*) > 1
union all
select format('transaction %s', id), format('is a %s under the key %s', kind, reference)
from ledger.transaction
where split_part(reference, ':', 1) is distinct from ledger.key_of(kind);

create or replace view ledger.violation as
select 1 as invariant, 'unbalanced' as name, subject, detail from ledger.violation_1_unbalanced
union all select 2, 'balance', subject, detail from ledger.violation_2_balance
union all select 3, 'available', subject, detail from ledger.violation_3_available
union all select 4, 'hold', subject, detail from ledger.violation_4_hold
union all select 5, 'charge', subject, detail from ledger.violation_5_charge
union all select 6, 'capture', subject, detail from ledger.violation_6_capture
union all select 7, 'guard', subject, detail from ledger.violation_7_guard
union all select 8, 'repeat', subject, detail from ledger.violation_8_repeat
union all select 9, 'content', subject, detail from ledger.violation_9_content
union all select 10, 'promo', subject, detail from ledger.violation_10_promo;
