-- The nine invariants, each as a view that must be empty: `subject` is what is wrong, `detail` says how. Tests, the nightly
-- job and `telecast doctor` read `ledger.violation`, which unites them. The constraints and triggers of 0001 make most of
-- them impossible; the views do not rely on that, because they are there for the day on which one was switched off.

-- 1. Each transaction has postings, and they sum to zero in each currency.
create view ledger.violation_1_unbalanced as
select
  format('transaction %s', transaction.id) as subject,
  case when count(posting.amount) = 0 then 'has no postings'
    else format('sums to %s %s', sum(posting.amount), account.currency)
  end as detail
from ledger.transaction
left join ledger.posting on posting.transaction_id = transaction.id
left join ledger.account on account.id = posting.account_id
group by transaction.id, account.currency
having count(posting.amount) = 0 or sum(posting.amount) <> 0 or account.currency is null;

-- 2. The running balance is the sum of the entries, and every entry follows from the one before it, without gaps.
create view ledger.violation_2_balance as
select format('account %s', account.id) as subject,
  format('is at %s after %s entries, but has %s in %s', account.posted, account.version, coalesce(entry.total, 0), coalesce(entry.count, 0)) as detail
from ledger.account
left join (
  select account_id, sum(amount) as total, count(*) as count from ledger.posting group by account_id
) as entry on entry.account_id = account.id
where account.kind = 'user'
  and (account.posted <> coalesce(entry.total, 0) or account.version <> coalesce(entry.count, 0))
union all
select format('posting %s of account %s', transaction_id, account_id),
  format('is entry %s at %s, but follows entry %s at %s with %s', version, balance_after, version_before, balance_before, amount)
from (
  select posting.*,
    lag(posting.version, 1, 0::bigint) over each_account as version_before,
    lag(posting.balance_after, 1, 0::bigint) over each_account as balance_before
  from ledger.posting
  join ledger.account on account.id = posting.account_id and account.kind = 'user'
  window each_account as (partition by posting.account_id order by posting.version)
) as entry
where version is distinct from version_before + 1 or balance_after is distinct from balance_before + amount;

-- 3. What is held is the sum of the open holds, and nobody has less than nothing available unless that was decided.
create view ledger.violation_3_available as
select format('account %s', account.id) as subject,
  format('has %s posted and %s held, with %s in open holds', account.posted, account.held, coalesce(open.total, 0)) as detail
from ledger.account
left join (
  select account_id, sum(amount) as total from ledger.hold where state = 'open' group by account_id
) as open on open.account_id = account.id
where account.kind = 'user'
  and (account.held <> coalesce(open.total, 0) or (account.posted < account.held and not account.may_go_negative));

-- 4. Each hold is open or has ended once, in one way, and none outlives its deadline by more than a few sweeps.
create view ledger.violation_4_hold as
select format('hold %s', reference) as subject,
  case when state = 'open' and settled_at is null then format('is open %s after its deadline', date_trunc('second', now() - expires_at))
    else format('is %s and settled at %s', state, coalesce(settled_at::text, 'no time'))
  end as detail
from ledger.hold
where (state = 'open' and expires_at < now() - interval '15 minutes')
  or (state = 'open') <> (settled_at is null)
  or state not in ('open', 'captured', 'released', 'expired');

-- 5. Each charge is booked once and given back at most once, and never more of it than was paid.
create view ledger.violation_5_charge as
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
left join ledger.transaction on transaction.reference = 'refund-paid:' || refund.id
group by refund.id
having count(transaction.id) <> case refund.state when 'refunded' then 1 else 0 end
union all
select format('transaction %s', transaction.id), 'gives Stars back for no refund'
from ledger.transaction
where kind = 'refund_paid'
  and not exists (select from ledger.refund where 'refund-paid:' || id = transaction.reference);

-- 6. Revenue came from captured holds and from nothing else. (That a hold is captured exactly when its work was delivered
-- is the owning feature's half of this: it knows the work.)
create view ledger.violation_6_capture as
select format('hold %s', hold.reference) as subject,
  format('is %s and has %s captures', hold.state, count(transaction.id)) as detail
from ledger.hold
left join ledger.transaction on transaction.reference = 'hold:' || hold.reference
group by hold.id
having count(transaction.id) <> case hold.state when 'captured' then 1 else 0 end
union all
select format('transaction %s', transaction.id), format('%s posts %s to revenue', transaction.kind, posting.amount)
from ledger.posting
join ledger.transaction on transaction.id = posting.transaction_id
where posting.account_id = 1
  and (posting.amount < 0 or transaction.kind <> 'capture'
    or not exists (select from ledger.hold where 'hold:' || reference = transaction.reference));

-- 7. Entries cannot be changed: the guards are there and switched on, and no role was given the right.
create view ledger.violation_7_guard as
select format('trigger %s on ledger.%s', expected.guard, expected.relation) as subject, 'is missing or disabled' as detail
from (values
  ('posting', 'posting_append_only'), ('posting', 'posting_applied'), ('posting', 'posting_balanced'),
  ('transaction', 'transaction_append_only'), ('transaction', 'transaction_balanced'),
  ('account', 'account_kept'), ('account', 'account_guarded'),
  ('hold', 'hold_kept'), ('hold', 'hold_opened'), ('hold', 'hold_ended'),
  ('payment', 'payment_kept'), ('refund', 'refund_kept')
) as expected (relation, guard)
where not exists (
  select from pg_trigger
  where tgrelid = format('ledger.%I', expected.relation)::regclass and tgname = expected.guard and tgenabled in ('O', 'A')
)
union all
select format('role %s', coalesce(nullif(grantee, 0)::regrole::text, 'public')), format('may %s ledger.posting', lower(privilege_type))
from pg_class, aclexplode(coalesce(relacl, acldefault('r', relowner)))
where pg_class.oid = 'ledger.posting'::regclass and privilege_type in ('UPDATE', 'DELETE', 'TRUNCATE');

-- 8. A cause that is told again changes nothing: each has one key of its kind, and each key has been used once.
create view ledger.violation_8_repeat as
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
where split_part(reference, ':', 1) <> case kind
  when 'purchase' then 'payment' when 'suspense' then 'payment' when 'assignment' then 'assignment'
  when 'capture' then 'hold' when 'grant' then 'adjust' when 'take' then 'adjust'
  when 'refund' then 'refund' when 'refund_paid' then 'refund-paid' when 'refund_returned' then 'refund-returned'
  when 'stars_other' then 'stars' end;

-- 9. What was booked under a key is what the key stands for: same person, same amounts.
create view ledger.violation_9_content as
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
  or (booked.kind = 'purchase' and (booked.credits, booked.user_id) is distinct from (payment.credits::numeric, payment.user_id))
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
select format('refund %s', refund.id), format('is %s and has %s credits out of reach', refund.state, reserved.amount)
from ledger.refund
join lateral (
  select coalesce(sum(posting.amount), 0) as amount
  from ledger.transaction join ledger.posting on posting.transaction_id = transaction.id
  where posting.account_id = 4
    and transaction.reference in ('refund:' || refund.id, 'refund-paid:' || refund.id, 'refund-returned:' || refund.id)
) as reserved on true
where reserved.amount <> case when refund.state in ('approved', 'refunding') then refund.credits else 0 end;

create view ledger.violation as
select 1 as invariant, 'unbalanced' as name, subject, detail from ledger.violation_1_unbalanced
union all select 2, 'balance', subject, detail from ledger.violation_2_balance
union all select 3, 'available', subject, detail from ledger.violation_3_available
union all select 4, 'hold', subject, detail from ledger.violation_4_hold
union all select 5, 'charge', subject, detail from ledger.violation_5_charge
union all select 6, 'capture', subject, detail from ledger.violation_6_capture
union all select 7, 'guard', subject, detail from ledger.violation_7_guard
union all select 8, 'repeat', subject, detail from ledger.violation_8_repeat
union all select 9, 'content', subject, detail from ledger.violation_9_content;
