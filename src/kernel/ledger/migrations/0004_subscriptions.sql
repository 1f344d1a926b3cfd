-- Subscriptions in Stars (a plan, paid every 30 days), and payments that a store takes back.
--
-- Lock order: after the account, before the finding. A row of the feature that grants an entitlement is locked last.

-- An order is for a pack or for a plan; `pack_id` has the id of either. A plan may give no credits and only entitle.
alter table ledger.star_order
  add column period_seconds int,
  add column entitlement text,
  drop constraint star_order_amounts,
  add constraint star_order_amounts check (stars > 0 and case
    when period_seconds is null then credits > 0 and entitlement is null
    else period_seconds > 0 and credits >= 0 and (credits > 0 or entitlement is not null)
  end);

alter table ledger.payment
  drop constraint payment_amounts,
  add constraint payment_amounts check (
    stars > 0 and credits >= 0 and case state when 'credited' then user_id is not null else credits = 0 end
  );

create table ledger.subscription (
  -- Whose link was paid. In whatever Telegram tells of a subscription, this is its only name (the invoice's payload).
  order_id text not null,
  user_id bigint not null,
  -- Null once the person was forgotten and Telegram has been told to charge him no more.
  telegram_id bigint,
  plan_id text not null,
  entitlement text,
  -- The first payment's. When Telegram is asked to change a subscription, this is its name.
  charge_id text not null,
  state text not null,
  -- The end of what is paid, in Telegram's words where it has told them.
  expires_at timestamptz not null,
  -- We have cancelled it: the person cannot take it up again in his client until we allow it.
  barred boolean not null default false,
  -- What Telegram is to be asked, as long as it has not answered.
  wanted text,
  began_at timestamptz not null,
  changed_at timestamptz not null,
  constraint subscription_pkey primary key (order_id),
  constraint subscription_order foreign key (order_id) references ledger.star_order (id),
  constraint subscription_charge foreign key (charge_id) references ledger.payment (charge_id),
  constraint subscription_state check (state in ('active', 'canceled', 'failed', 'expired', 'revoked')),
  constraint subscription_wanted check (wanted in ('cancel', 'allow'))
);
comment on column ledger.subscription.state is
  'active: Telegram renews it | canceled: runs out | failed: could not be renewed, runs out | expired: has run out
  | revoked: what was paid for it went back';
create index subscription_user on ledger.subscription (user_id);
create index subscription_running on ledger.subscription (expires_at) where state in ('active', 'canceled', 'failed');
create index subscription_wanted on ledger.subscription (changed_at) where wanted is not null;

-- What each payment of a subscription is for: everything until then.
create table ledger.subscription_period (
  charge_id text not null,
  order_id text not null,
  paid_until timestamptz not null,
  -- False while only the reconciler knows of the payment: its list has no such date, so it is reckoned.
  is_told boolean not null,
  constraint subscription_period_pkey primary key (charge_id),
  constraint subscription_period_payment foreign key (charge_id) references ledger.payment (charge_id),
  constraint subscription_period_subscription foreign key (order_id) references ledger.subscription (order_id)
);
create index subscription_period_order on ledger.subscription_period (order_id, paid_until desc);

create trigger subscription_kept before delete or truncate on ledger.subscription
  for each statement execute function ledger.refuse_change();
create trigger subscription_period_kept before delete or truncate on ledger.subscription_period
  for each statement execute function ledger.refuse_change();

-- A store took the Stars back: a refund that nobody made and that is over when it is heard of. One transaction books it.
alter table ledger.refund
  drop constraint refund_origin,
  add constraint refund_origin check (origin in ('request', 'telegram', 'store'));
create or replace function ledger.key_of(kind text) returns text immutable language sql as $$
  select case kind
    when 'purchase' then 'payment' when 'suspense' then 'payment' when 'assignment' then 'assignment'
    when 'capture' then 'hold' when 'grant' then 'adjust' when 'take' then 'adjust'
    when 'refund' then 'refund' when 'refund_paid' then 'refund-paid' when 'refund_returned' then 'refund-returned'
    when 'chargeback' then 'chargeback' when 'stars_other' then 'stars'
    when 'promo' then 'promo'
  end
$$;

-- Invariants --------------------------------------------------------------------------------------------------------

create or replace view ledger.violation_5_charge as
select format('payment %s', payment.charge_id) as subject, format('has %s bookings', count(transaction.id)) as detail
from ledger.payment
left join ledger.transaction on transaction.reference = 'payment:' || payment.charge_id
group by payment.charge_id
having count(transaction.id) <> 1
union all
select format('transaction %s', transaction.id), 'books a payment that does not exist'
from ledger.transaction
where kind in ('purchase', 'suspense')
  and not exists (select from ledger.payment where 'payment:' || charge_id = transaction.reference)
union all
select format('payment %s', charge_id), format('is being given back %s times', count(*))
from ledger.refund where state not in ('refused', 'failed')
group by charge_id having count(*) > 1
union all
select format('refund %s', refund.id), format('gives back %s of %s Stars', refund.stars, payment.stars)
from ledger.refund join ledger.payment using (charge_id)
where refund.stars > payment.stars
union all
select format('refund %s', refund.id), format('is %s and has %s bookings of Stars', refund.state, count(transaction.id))
from ledger.refund
left join ledger.transaction on transaction.reference in ('refund-paid:' || refund.id, 'chargeback:' || refund.id)
group by refund.id
having count(transaction.id) <> case refund.state when 'refunded' then 1 else 0 end
union all
select format('transaction %s', transaction.id), 'gives Stars back for no refund'
from ledger.transaction
where kind = 'refund_paid'
  and not exists (select from ledger.refund where 'refund-paid:' || id = transaction.reference)
union all
select format('transaction %s', transaction.id), 'takes Stars back for no payment that a store took back'
from ledger.transaction
where kind = 'chargeback'
  and not exists (select from ledger.refund where origin = 'store' and 'chargeback:' || id = transaction.reference);

create or replace view ledger.violation_7_guard as
select format('trigger %s on ledger.%s', expected.guard, expected.relation) as subject, 'is missing or disabled' as detail
from (values
  ('posting', 'posting_append_only'), ('posting', 'posting_applied'), ('posting', 'posting_balanced'),
  ('transaction', 'transaction_append_only'), ('transaction', 'transaction_balanced'),
  ('account', 'account_kept'), ('account', 'account_guarded'),
  ('hold', 'hold_kept'), ('hold', 'hold_opened'), ('hold', 'hold_ended'),
  ('payment', 'payment_kept'), ('refund', 'refund_kept'),
  ('subscription', 'subscription_kept'), ('subscription_period', 'subscription_period_kept')
) as expected (relation, guard)
where not exists (
  select from pg_trigger
  where tgrelid = format('ledger.%I', expected.relation)::regclass and tgname = expected.guard and tgenabled in ('O', 'A')
)
union all
select format('role %s', coalesce(nullif(grantee, 0)::regrole::text, 'public')), format('may %s ledger.posting', lower(privilege_type))
from pg_class, aclexplode(coalesce(relacl, acldefault('r', relowner)))
where pg_class.oid = 'ledger.posting'::regclass and privilege_type in ('UPDATE', 'DELETE', 'TRUNCATE');

create or replace view ledger.violation_9_content as
with booked as (
  select transaction.reference, transaction.kind,
    coalesce(sum(posting.amount) filter (where account.kind = 'user'), 0) as credits,
    coalesce(sum(posting.amount) filter (where account.kind = 'telegram'), 0) as stars,
    min(account.id) filter (where account.kind = 'user') as account_id,
    min(account.owner) as user_id
  from ledger.transaction
  join ledger.posting on posting.transaction_id = transaction.id
  join ledger.account on account.id = posting.account_id
  group by transaction.id
)
select format('hold %s', hold.reference) as subject,
  format('holds %s of account %s, captured %s of account %s', hold.amount, hold.account_id, -booked.credits, booked.account_id) as detail
from ledger.hold join booked on booked.reference = 'hold:' || hold.reference
where (-booked.credits, booked.account_id) is distinct from (hold.amount::numeric, hold.account_id)
union all
select format('payment %s', payment.charge_id),
  format('%s Stars for %s to user %s, booked %s for %s to user %s',
    payment.stars, payment.credits, payment.user_id, booked.stars, booked.credits, booked.user_id)
from ledger.payment join booked on booked.reference = 'payment:' || payment.charge_id
where booked.stars <> payment.stars
  -- A payment that gives no credits (a plan that only entitles) touches nobody's account.
  or (booked.kind = 'purchase' and (booked.credits, booked.user_id) is distinct from
    (payment.credits::numeric, case when payment.credits > 0 then payment.user_id end))
  or (booked.kind = 'suspense' and booked.credits <> 0)
union all
select format('payment %s', payment.charge_id),
  format('credited with %s, assigned %s to user %s', payment.credits, coalesce(assigned.credits, 0), assigned.user_id)
from ledger.payment
join booked on booked.reference = 'payment:' || payment.charge_id and booked.kind = 'suspense'
left join booked as assigned on assigned.reference = 'assignment:' || payment.charge_id
where payment.credits <> coalesce(assigned.credits, 0) or assigned.user_id is distinct from
  case payment.state when 'credited' then payment.user_id end
union all
select format('payment %s', payment.charge_id),
  format('%s for %s Stars, ordered %s for %s', payment.credits, payment.stars, star_order.credits, star_order.stars)
from ledger.payment join ledger.star_order on star_order.id = payment.order_id
where (payment.credits, payment.stars) is distinct from (star_order.credits, star_order.stars)
union all
select format('refund %s', refund.id), format('of %s credits, booked %s as %s', refund.credits, booked.credits, booked.kind)
from ledger.refund join booked on booked.reference in ('refund:' || refund.id, 'refund-returned:' || refund.id)
where booked.credits <> case booked.kind when 'refund' then -refund.credits else refund.credits end
  or booked.user_id is distinct from refund.user_id
union all
select format('refund %s', refund.id), format('of %s Stars, booked %s', refund.stars, booked.stars)
from ledger.refund join booked on booked.reference = 'refund-paid:' || refund.id
where booked.stars <> -refund.stars or booked.credits <> 0
union all
select format('refund %s', refund.id),
  format('a store took %s Stars for %s, booked %s for %s', refund.stars, refund.credits, booked.stars, booked.credits)
from ledger.refund join booked on booked.reference = 'chargeback:' || refund.id
where (booked.stars, booked.credits, booked.user_id) is distinct from
  (-refund.stars::numeric, -refund.credits::numeric, case when refund.credits > 0 then refund.user_id end)
union all
select format('refund %s', refund.id), format('is %s and has %s credits out of reach', refund.state, reserved.amount)
from ledger.refund
join lateral (
  select coalesce(sum(posting.amount), 0) as amount
  from ledger.transaction join ledger.posting on posting.transaction_id = transaction.id
  where posting.account_id = 4
    and transaction.reference in ('refund:' || refund.id, 'refund-paid:' || refund.id, 'refund-returned:' || refund.id)
) as reserved on true
where reserved.amount <> case when refund.state in ('approved', 'refunding') then refund.credits else 0 end;

-- 11. Every payment of a plan has bought a period, nothing else has, and a subscription runs exactly as long as what was
-- paid for it and not given back.
create view ledger.violation_11_subscription as
select format('payment %s', payment.charge_id) as subject, 'is for a plan and has bought no period' as detail
from ledger.payment
join ledger.star_order on star_order.id = payment.order_id and star_order.period_seconds is not null
where not exists (select from ledger.subscription_period where charge_id = payment.charge_id)
union all
select format('payment %s', period.charge_id), format('has bought a period of %s, but is for %s', period.order_id, payment.order_id)
from ledger.subscription_period as period
join ledger.payment using (charge_id)
where payment.order_id is distinct from period.order_id or payment.state <> 'credited'
union all
select format('subscription %s', subscription.order_id),
  format('is %s until %s, but paid until %s', subscription.state, subscription.expires_at, coalesce(paid.until::text, 'never'))
from ledger.subscription
left join lateral (
  select max(period.paid_until) as until
  from ledger.subscription_period as period
  where period.order_id = subscription.order_id and not exists (
    select from ledger.refund where refund.charge_id = period.charge_id and refund.state = 'refunded'
  )
) as paid on true
where case
  when subscription.state = 'revoked' then paid.until > subscription.expires_at
  else paid.until is distinct from subscription.expires_at
end
union all
select format('subscription %s', subscription.order_id),
  format('of user %s for %s, ordered by user %s for %s', subscription.user_id, subscription.entitlement, star_order.user_id, star_order.entitlement)
from ledger.subscription join ledger.star_order on star_order.id = subscription.order_id
where (subscription.user_id, subscription.plan_id, subscription.entitlement)
  is distinct from (star_order.user_id, star_order.pack_id, star_order.entitlement)
union all
select format('subscription %s', subscription.order_id), format('has expired, and runs until %s', subscription.expires_at)
from ledger.subscription
where state = 'expired' and expires_at > changed_at;

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
union all select 11, 'subscription', subject, detail from ledger.violation_11_subscription;
