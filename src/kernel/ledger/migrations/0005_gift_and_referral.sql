create or replace function ledger.key_of(kind text) returns text immutable language sql as $$
  select case kind
    when 'purchase' then 'payment' when 'suspense' then 'payment' when 'assignment' then 'assignment'
    when 'capture' then 'hold' when 'grant' then 'adjust' when 'take' then 'adjust'
    when 'refund' then 'refund' when 'refund_paid' then 'refund-paid' when 'refund_returned' then 'refund-returned'
    when 'chargeback' then 'chargeback' when 'stars_other' then 'stars'
    when 'promo' then 'promo'
    -- A gift ends once, and so under one key, however it ends.
    when 'gift' then 'gift' when 'gift_claimed' then 'gift-end' when 'gift_returned' then 'gift-end'
    when 'referral' then 'referral' when 'referral_reversed' then 'referral-reversed'
  end
$$;

-- Given and not yet claimed: nobody's.
insert into ledger.account (id, kind, currency, may_go_negative) values (10, 'gifts', 'CREDIT', true);

-- Lock order: payment → refund → gift → account.
create table ledger.gift (
  id text not null,
  giver_id bigint not null,
  amount bigint not null,
  state text not null,
  claimed_by bigint,
  created_at timestamptz not null,
  expires_at timestamptz not null,
  ended_at timestamptz,
  constraint gift_pkey primary key (id),
  constraint gift_amount check (amount > 0),
  constraint gift_state check (state in ('open', 'claimed', 'cancelled', 'expired', 'recalled')),
  constraint gift_ended check ((state = 'open') = (ended_at is null)),
  constraint gift_claimed check ((state = 'claimed') = (claimed_by is not null)),
  constraint gift_to_another check (claimed_by <> giver_id)
);
create index gift_giver on ledger.gift (giver_id, created_at desc);
create index gift_claimed_by on ledger.gift (claimed_by) where claimed_by is not null;
create index gift_open on ledger.gift (expires_at, id) where state = 'open';

-- 12. What was given leaves one person, and reaches another or comes back, once.
create view ledger.violation_12_gift as
with moved as (
  select transaction.reference,
    sum(posting.amount) filter (where account.kind = 'user') as credits,
    min(account.owner) as user_id
  from ledger.transaction
  join ledger.posting on posting.transaction_id = transaction.id
  join ledger.account on account.id = posting.account_id
  where transaction.kind in ('gift', 'gift_claimed', 'gift_returned')
  group by transaction.id
)
select format('gift %s', gift.id) as subject,
  format('of %s by user %s, booked %s of user %s', gift.amount, gift.giver_id, -given.credits, given.user_id) as detail
from ledger.gift left join moved as given on given.reference = 'gift:' || gift.id
where (-given.credits, given.user_id) is distinct from (gift.amount::numeric, gift.giver_id)
union all
select format('gift %s', gift.id),
  format('of %s is %s, booked %s to user %s', gift.amount, gift.state, coalesce(ended.credits, 0), ended.user_id)
from ledger.gift left join moved as ended on ended.reference = 'gift-end:' || gift.id
where (ended.credits, ended.user_id) is distinct from (
  case when gift.state <> 'open' then gift.amount::numeric end,
  case gift.state when 'open' then null when 'claimed' then gift.claimed_by else gift.giver_id end
)
union all
select format('gift %s', id), format('is open %s after its end', date_trunc('second', now() - expires_at))
from ledger.gift where state = 'open' and expires_at < now() - interval '1 hour'
union all
select format('transaction %s', transaction.id), format('%s posts %s of gifts', transaction.kind, posting.amount)
from ledger.posting join ledger.transaction on transaction.id = posting.transaction_id
where posting.account_id = 10 and (
  transaction.kind not in ('gift', 'gift_claimed', 'gift_returned') or not exists (
    select from ledger.gift where transaction.reference in ('gift:' || id, 'gift-end:' || id)
  )
);

insert into ledger.account (id, kind, currency, may_go_negative) values (11, 'referrals', 'CREDIT', true);

-- What a person's link carries: neither his id nor anything that tells who he is.
create table ledger.invitation (
  user_id bigint not null,
  code text not null,
  constraint invitation_pkey primary key (user_id),
  constraint invitation_code_once unique (code)
);

-- Who came by whose link. Lock order: payment → refund → gift → referral → account of the invited → of the inviter. Two
-- accounts are locked here, not by rising id but always from the invited to the inviter. Whoever invites was here first, so
-- that has no cycles, and nobody waits for whom he keeps waiting.
create table ledger.referral (
  invited_id bigint not null,
  inviter_id bigint not null,
  state text not null default 'open',
  -- The first purchase, and what each had for it.
  charge_id text,
  inviter_bonus bigint not null default 0,
  invited_bonus bigint not null default 0,
  created_at timestamptz not null,
  paid_at timestamptz,
  reversed_at timestamptz,
  constraint referral_pkey primary key (invited_id),
  constraint referral_payment foreign key (charge_id) references ledger.payment (charge_id),
  -- `unpaid`: the first purchase came when there was no bonus.
  constraint referral_state check (state in ('open', 'unpaid', 'paid', 'reversed')),
  constraint referral_by_who_was_first check (inviter_id < invited_id),
  constraint referral_bonuses check (inviter_bonus >= 0 and invited_bonus >= 0
    and (state in ('paid', 'reversed')) = (inviter_bonus + invited_bonus > 0)),
  constraint referral_times check ((state = 'open') = (paid_at is null) and (state = 'reversed') = (reversed_at is not null))
);
create index referral_inviter on ledger.referral (inviter_id, paid_at);
create unique index referral_charge_once on ledger.referral (charge_id);

-- 13. An invitation is rewarded once, for a purchase that was made, and taken back at most once, from the same two.
create view ledger.violation_13_referral as
with moved as (
  select transaction.reference, account.owner, posting.amount
  from ledger.transaction
  join ledger.posting on posting.transaction_id = transaction.id
  join ledger.account on account.id = posting.account_id and account.kind = 'user'
  where transaction.kind in ('referral', 'referral_reversed')
), expected as (
  select 'referral:' || invited_id as reference, invited_id as owner, invited_bonus as amount from ledger.referral
  union all select 'referral:' || invited_id, inviter_id, inviter_bonus from ledger.referral
  union all select 'referral-reversed:' || invited_id, invited_id, -invited_bonus from ledger.referral where state = 'reversed'
  union all select 'referral-reversed:' || invited_id, inviter_id, -inviter_bonus from ledger.referral where state = 'reversed'
)
select coalesce(expected.reference, moved.reference) as subject,
  format('should have given %s to user %s, gave %s', coalesce(expected.amount, 0), coalesce(expected.owner, moved.owner),
    coalesce(moved.amount, 0)) as detail
from (select * from expected where amount <> 0) as expected
full join moved on moved.reference = expected.reference and moved.owner = expected.owner
where expected.amount is distinct from moved.amount
union all
select format('referral of user %s', invited_id), 'was rewarded without a purchase of his'
from ledger.referral
where state in ('paid', 'reversed') and not exists (
  select from ledger.payment where payment.charge_id = referral.charge_id and payment.user_id = referral.invited_id
)
union all
select format('transaction %s', transaction.id), format('%s posts %s of referrals', transaction.kind, posting.amount)
from ledger.posting join ledger.transaction on transaction.id = posting.transaction_id
where posting.account_id = 11 and transaction.kind not in ('referral', 'referral_reversed');

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
union all select 10, 'promo', subject, detail from ledger.violation_10_promo
union all select 11, 'subscription', subject, detail from ledger.violation_11_subscription
union all select 12, 'gift', subject, detail from ledger.violation_12_gift
union all select 13, 'referral', subject, detail from ledger.violation_13_referral;
