# Texts of the kernel's own commands. Markup is Telegram's HTML; arguments are escaped.

# After a number of credits, in any text that is given one as $credits.
chat-credit-word = { COUNT($credits) ->
    [one] credit
   *[other] credits
  }

chat-command-start = Welcome, balance and what you can do
chat-command-help = All commands
chat-command-settings = Language, time zone, notifications
chat-command-status = How things stand for you
chat-command-cancel = Stop what you are doing
chat-command-buy = Buy credits with Stars
chat-command-balance = Your credits and every entry
chat-command-gift = Give credits to somebody
chat-command-invite = Invite friends
chat-command-promo = Redeem a promo code
chat-command-paysupport = Help with a payment, refunds
chat-command-terms = Terms of service
chat-command-privacy = What is stored about you
chat-command-export = Get everything stored about you
chat-command-forget = Erase everything stored about you
chat-command-credit = Give or take credits
chat-command-promocodes = Promo codes: make, count, switch off

chat-start-hello = 👋 Hi, <b>{ $name }</b>!
chat-start-balance = 💳 You have <b>{ $credits }</b> { chat-credit-word }.
chat-start-next = /help lists every command. /settings has your language, time zone and notifications.

chat-help-title = <b>What I can do</b>
chat-help-line = /{ $command } – { $description }
chat-help-operators = <b>For operators</b>

chat-status-nothing = There is nothing to tell here right now.

chat-cancelled = Stopped. What is already being made goes on; its card has its own Cancel button.
chat-nothing-to-cancel = There is nothing to stop right now.

chat-settings-title = ⚙️ <b>Settings</b>
chat-settings-summary =
    Language: <b>{ $language }</b>
    Time zone: <b>{ $zone }</b> (now { $time })
    Quiet hours: <b>{ $quiet }</b>
chat-settings-language = 🌐 Language
chat-settings-zone = 🕒 Time zone
chat-settings-quiet = 🌙 Quiet hours
chat-settings-topics = 🔔 Notifications
chat-settings-back = ‹ Back
chat-settings-choose-language = Which language shall I speak?
chat-settings-choose-zone = Where are you? It decides when quiet hours begin and how times are shown.
chat-settings-other-zone = Another one…
chat-settings-type-zone = Type the name of your time zone, such as <code>Asia/Seoul</code> or <code>Europe/Paris</code>.
chat-settings-unknown-zone = I do not know the time zone “{ $zone }”. Expected a name such as <code>Asia/Seoul</code> or <code>America/New_York</code>.
chat-settings-zone-set = Time zone: <b>{ $zone }</b>, where it is { $time } now.
chat-settings-quiet-state = 🌙 Quiet hours: <b>{ $quiet }</b> ({ $zone }, now { $time })
chat-settings-quiet-from = 🌙 { $time }
chat-settings-quiet-to = ☀️ { $time }
chat-settings-quiet-step = { $sign } { $minutes } min
chat-settings-quiet-type = ⌨️ Type the times
chat-settings-type-hours = When shall it be quiet? Type two times, such as <code>22:30-07:15</code>.
chat-settings-type-hours-group = When shall it be quiet here? Answer this message with two times, such as <code>22:30-07:15</code>.
chat-settings-unknown-hours = I do not understand “{ $typed }”. Type two times, such as <code>22:30-07:15</code>. /cancel stops.
chat-settings-group-title = ⚙️ <b>Settings of this group</b>
chat-settings-group-summary = Quiet hours: <b>{ $quiet }</b>{ $zone ->
    [none] {""}
   *[other] {" "}({ $zone })
  }
chat-settings-admins-only = Only the admins of this group can change its settings. Your own are in our private chat.
chat-settings-not-yours = Only an admin of this group can press this. If you are one, send /settings here first.
chat-settings-choose-zone-group = Whose clock do the quiet hours of this group follow?
chat-settings-type-zone-group = Answer this message with the name of a time zone, such as <code>Asia/Seoul</code> or <code>Europe/Paris</code>.
chat-settings-choose-quiet = During quiet hours notifications wait, arrive silently or are dropped, as you choose for each. Payments and critical alerts always arrive.
chat-settings-quiet-off = Off
chat-settings-quiet-range = { $from } – { $to }
chat-settings-topics-intro =
    🔔 <b>Notifications</b>
    Tap one on the left to switch it on or off. On the right is what becomes of it during your quiet hours: tap to change.
chat-settings-no-topics = Nothing here can be switched off.
chat-settings-mode-deliver = 🔔 arrives
chat-settings-mode-silent = 🔕 arrives silently
chat-settings-mode-hold = ⏸ waits
chat-settings-mode-drop = 🗑 dropped

chat-buy-title = ⭐ <b>Buy credits</b>
chat-buy-intro =
    You have <b>{ $credits }</b> { chat-credit-word }. Choose a pack, paid with Telegram Stars.
    Credits are only taken for videos that reach you.
chat-buy-monthly = 🔁 is paid every 30 days until you cancel: /status
chat-buy-terms = /terms · /paysupport
chat-buy-plan = 🔁 { $name } · { $stars } ⭐ a month
chat-buy-plan-running = ✅ { $name } · until { $day }

# What is paid every month.
chat-plan-credits = { $credits } { chat-credit-word }
chat-plan-offer =
    🔁 <b>{ $name } every month</b>
    { $stars } ⭐ now and every 30 days. /status cancels it whenever you like.
chat-plan-pay = Subscribe · { $stars } ⭐ a month
chat-plan-invoice = { $name } every month. Telegram renews it every 30 days until you cancel.
chat-plan-gone = This is not on sale any more. /buy shows today's offers.
chat-plan-none = You have no subscription. /buy shows what there is.
chat-plan-cancel = Cancel the subscription
chat-plan-allow = Take it up again
chat-plan-buy = Subscribe again
chat-plan-asking = Telegram is being asked…
chat-plan-unchanged = There is nothing to change any more. /status shows how it stands.
chat-plan-status =
    🔁 <b>{ $name }</b> · { $stars } ⭐ a month
    { $state }
chat-plan-state-active = Renews on { $day }.
chat-plan-state-canceled = Cancelled: yours until { $day }, nothing more is charged.
chat-plan-state-failed = Could not be renewed: yours until { $day }.
chat-plan-state-asked = Telegram is being asked…
chat-plan-told-canceled =
    ✅ <b>{ $name }</b> is cancelled. It stays yours until { $day }, and nothing more is charged.
chat-plan-told-allowed =
    ✅ You can take <b>{ $name }</b> up again: in Telegram, under Settings → My Stars, choose the subscription and renew it. Until { $day }.
chat-plan-told-resumed = ✅ <b>{ $name }</b> goes on: the next { $stars } ⭐ are due on { $day }.
chat-plan-told-failed =
    ⚠️ <b>{ $name }</b> could not be renewed: Telegram could not take { $stars } ⭐. It is yours until { $day }.
    To keep it, add Stars in Telegram (Settings → My Stars) and subscribe again.
chat-plan-told-expired = <b>{ $name }</b> ended on { $day }. Your credits stay.
chat-plan-told-revoked = <b>{ $name }</b> has ended, because its payment went back. Nothing more is charged.
chat-plan-told-not_changed =
    Telegram would not change <b>{ $name }</b>. You can do it there: Settings → My Stars, choose the subscription.
chat-buy-pack = { $credits } { chat-credit-word } · { $stars } ⭐
chat-buy-gone = This pack is not on sale any more. /buy shows today's packs.
chat-invoice-title = { $credits } { chat-credit-word }
chat-invoice-description = { $credits } { chat-credit-word } for making videos. Credits do not expire.
chat-order-unknown_order = This offer is no longer valid. Please use /buy for a new one.
chat-order-expired = This offer has expired. Please use /buy for a new one.
chat-order-wrong_person = This offer was made for somebody else. Please use /buy for your own.
chat-order-wrong_amount = The price has changed. Please use /buy for a new offer.
chat-order-already_subscribed = You have this already. /status shows until when.
chat-order-account_blocked = Your account is blocked. /paysupport helps.
chat-order-unavailable = Payments are not possible right now. Please try again in a minute. Nothing was charged.
chat-receipt =
    ✅ <b>Payment received</b>
    { $stars } ⭐ → <b>{ $credits }</b> { chat-credit-word }
    Balance: <b>{ $balance }</b> { COUNT($balance) ->
        [one] credit
       *[other] credits
    }
    Receipt:
    <code>{ $charge }</code>
chat-receipt-unknown =
    ✅ Your payment of { $stars } ⭐ was received, but I cannot tell which offer it belongs to. It is safe: an operator will credit or refund it.
    Receipt: <code>{ $charge }</code>
chat-receipt-subscribed = ✅ <b>{ $name }</b> every month: { $stars } ⭐ received.
chat-receipt-renewed = 🔁 <b>{ $name }</b> renewed: { $stars } ⭐ received.
chat-receipt-month = +{ $credits } { chat-credit-word }, balance: <b>{ $balance }</b>
chat-receipt-renews = Renews on { $day }. /status cancels.
chat-receipt-charge =
    Receipt:
    <code>{ $charge }</code>
chat-payment-assigned =
    ✅ Your payment of { $stars } ⭐ has been looked into: <b>{ $credits }</b> { chat-credit-word } went to your account.
    Receipt: <code>{ $charge }</code>
chat-payment-recovered =
    ✅ A payment of { $stars } ⭐ reached me late. <b>{ $credits }</b> { chat-credit-word } went to your account.
chat-payment-recovered-plan =
    ✅ A payment of { $stars } ⭐ reached me late. <b>{ $name }</b> is yours until { $day }.
chat-chargeback = ⚠️ The app store has taken a payment of { $stars } ⭐ back.
chat-chargeback-credits = Its { $credits } { chat-credit-word } went with it. Balance: <b>{ $balance }</b>
chat-chargeback-debt = While you are below zero, nothing can be ordered. /buy makes up for it; /paysupport if this is a mistake.
chat-chargeback-admins =
    ⚠️ <b>Chargeback</b>
    A store took { $stars } ⭐ back from { $name } (<code>{ $telegramId }</code>), and { $credits } { chat-credit-word } with it. Balance now: { $balance }
    <code>{ $charge }</code>
chat-refunded-by-telegram = ↩️ Telegram has returned { $stars } ⭐ to you.

chat-balance-title = 💳 <b>Your balance</b>
chat-balance-available = <b>{ $credits }</b> { chat-credit-word } available
chat-balance-owed = <b>{ $credits }</b> { chat-credit-word } below zero: /paysupport says how to settle it
chat-balance-held = <b>{ $credits }</b> { chat-credit-word } reserved for what is being made
chat-balance-nothing = No entries yet.
chat-balance-entry =
    <b>{ $amount }</b> · { $what }
    <i>{ $date } → { $balance }</i>
chat-balance-newer = ‹ Newer
chat-balance-older = Older ›
chat-balance-buy = ⭐ Buy credits
chat-balance-receipt = 🧾 { $stars } ⭐ · { $date }
chat-balance-refund = ↩️ Ask for a refund
chat-balance-payment =
    🧾 <b>Payment</b>
    { $stars } ⭐ → <b>{ $credits }</b> { chat-credit-word }
    { $date }
    Receipt:
    <code>{ $charge }</code>

# What an entry of the balance was, by its kind.
chat-entry-purchase = Bought for { $stars } ⭐
chat-entry-assignment = Bought for { $stars } ⭐, credited later
chat-entry-capture = Spent on a video
chat-entry-welcome = Welcome
chat-entry-grant = From the operators: { $note }
chat-entry-take = Taken by the operators: { $note }
chat-entry-chargeback = Taken back by the app store
chat-entry-refund = Refund of a purchase
chat-entry-refund_returned = Back: the refund was not made
chat-entry-promo = Promo code { $note }
chat-entry-gift = Gift to somebody
chat-entry-gift_claimed = Gift from somebody
chat-entry-gift_returned = Gift came back
chat-entry-referral = Bonus for an invitation
chat-entry-referral_reversed = Bonus taken back
chat-entry-other = Correction

chat-copy-link = 🔗 Copy link
chat-share = 📤 Send it
chat-gift-choose =
    🎁 <b>Give credits</b>
    You can give up to <b>{ $credits }</b> { chat-credit-word } that you bought. You get a link: whoever opens it first has them. What nobody takes comes back to you after { $days ->
        [one] one day
       *[other] { $days } days
    }.
chat-gift-nothing =
    🎁 <b>Give credits</b>
    You can give credits that you bought and still have. Right now there are none.
chat-gift-amount = { $credits } { chat-credit-word }
chat-gift-other = Another amount…
chat-gift-type = How many credits would you like to give? /cancel stops.
chat-gift-unknown-amount = Please type a number of credits, such as 2 or 2.5. /cancel stops.
chat-gift-insufficient_credits = You can give at most <b>{ $credits }</b> { chat-credit-word }: only what you bought and still have. /gift
chat-gift-too_many = Ten of your gifts are waiting to be opened already. /gift shows them.
chat-gift-switched_off = Credits cannot be given right now.
chat-gift-open = 🎁 { $credits } { chat-credit-word } · waiting
chat-gift-card =
    🎁 <b>{ $credits } { chat-credit-word }</b>
    { $state ->
        [claimed] ✅ Somebody has opened it.
        [cancelled] ↩️ You took it back.
        [expired] ↩️ Nobody opened it in time; it came back to you.
        [recalled] ↩️ It came back, because a payment of yours is being returned.
       *[open] Send this link to somebody. Whoever opens it first has the credits, until { $until }.
    }
chat-gift-share = 🎁 { $credits } { chat-credit-word } for you
chat-gift-cancel = Take it back
chat-gift-too-late = Too late: somebody has opened it, or it is back already.
chat-gift-claimed =
    🎁 <b>{ $name }</b> gave you <b>{ $credits }</b> { chat-credit-word }!
    Balance: <b>{ $balance }</b> { COUNT($balance) ->
        [one] credit
       *[other] credits
    }
chat-gift-gone = This gift is gone: somebody was quicker, or it went back to the giver.
chat-gift-claimed_by_him = You have this gift already. /balance
chat-gift-told-claimed = 🎁 <b>{ $name }</b> has opened your gift of <b>{ $credits }</b> { chat-credit-word }.
chat-gift-told-expired = ↩️ Nobody opened your gift in time: <b>{ $credits }</b> { chat-credit-word } came back to you.
chat-gift-told-recalled = ↩️ Your gift of <b>{ $credits }</b> { chat-credit-word } came back, because a payment of yours is being returned. Its link does nothing any more.

chat-invite =
    👥 <b>Invite friends</b>
    { $invited ->
        [0] When a friend who is new here buys for the first time, you get <b>{ $inviter }</b> { $inviter ->
            [one] credit
           *[other] credits
        }.
       *[other] { $inviter ->
            [0] A friend who is new here gets <b>{ $invited }</b> { $invited ->
                [one] credit
               *[other] credits
            } more with the first purchase.
           *[other] When a friend who is new here buys for the first time, you get <b>{ $inviter }</b> { $inviter ->
                [one] credit
               *[other] credits
            } and your friend <b>{ $invited }</b>.
        }
    }

    { $link }

    Came: { $came } · bought: { $rewarded } · your bonus: { $earned }
chat-invite-share = Make videos from words
chat-invite-off = Invitations bring nothing at the moment.
chat-invited = 👋 <b>{ $name }</b> invited you: your first purchase brings <b>{ $credits }</b> { chat-credit-word } more. /buy
chat-bonus-invited = 🎉 <b>{ $credits }</b> { chat-credit-word } more for your first purchase!
chat-bonus-inviter = 🎉 <b>{ $credits }</b> { chat-credit-word } for you: a friend whom you invited has bought for the first time.
chat-bonus-reversed-invited = ↩️ <b>{ $credits }</b> { chat-credit-word } of bonus went back, because the payment for your first purchase did.
chat-bonus-reversed-inviter = ↩️ <b>{ $credits }</b> { chat-credit-word } of bonus went back, because the payment of a friend whom you invited did.

chat-promo-type = Which promo code do you have? /cancel stops.
chat-promo-placeholder = Your code
chat-promo-given =
    🎉 <b>{ $credits }</b> { chat-credit-word } for you!
    Balance: <b>{ $balance }</b> { COUNT($balance) ->
        [one] credit
       *[other] credits
    }
chat-promo-not_valid = This code does not work, or not any more, or not for you. A code can be used once per person.
chat-promo-too_many_tries = Too many codes that did not work. Please try again in an hour.

chat-promocodes = 🎟 <b>Promo codes</b>
    Each with how often it was used.
chat-promocodes-none = 🎟 There are no promo codes yet.
chat-promocodes-line = { $code } · { $uses } / { $most }
chat-promocodes-new = ➕ New code
chat-promocodes-choose-credits = 🎟 <code>{ $code }</code>
    How much does it give?
chat-promocodes-choose-uses = 🎟 <code>{ $code }</code>
    How many people can use it?
chat-promocodes-choose-days = 🎟 <code>{ $code }</code>
    For how long?
chat-promocodes-choose-who = 🎟 <code>{ $code }</code>
    Who can use it?
chat-promocodes-credits = { $value } { COUNT($value) ->
    [one] credit
   *[other] credits
  }
chat-promocodes-uses = { $value }
chat-promocodes-days = { $value ->
    [0] no end
   *[other] { $value } days
  }
chat-promocodes-who = { $value ->
    [new] people who have never paid
   *[all] everybody
  }
chat-promocodes-forever = no end
chat-promocodes-code =
    🎟 <code>{ $code }</code>
    <b>{ $credits }</b> { chat-credit-word } for { $who ->
        [new] people who have never paid
       *[all] everybody
    }
    Used: <b>{ $uses }</b> of { $most }
    Until: { $until }
    { $state ->
        [off] 🚫 Switched off
        [over] ⌛️ Over
        [used] ☑️ Used up
       *[open] ✅ Works: { $link }
    }
chat-promocodes-off = Switch off
chat-promocodes-unknown = There is no such code.
chat-promocodes-usage = Expected: <code>/promocodes SPRING26 5 100</code> for 5 credits and 100 people; after it the days it works and, for who has never paid, the word new: <code>/promocodes SPRING26 5 100 30 new</code>

chat-terms =
    <b>Terms of service</b>
    • Credits are bought with Telegram Stars and spent on videos. One credit is the same for everybody; prices stand in the model list before you start.
    • A price is reserved when you order and taken only when the video has arrived in this chat. If making it fails, nothing is taken.
    • A subscription renews every 30 days until you cancel it; what is paid stays yours until its end.
    • Unspent purchases can be refunded: /paysupport.
    • Do not ask for anything illegal, or for pictures of real people without their consent. Providers refuse such prompts; nothing is charged for a refusal.
    • /privacy says what is stored about you.
chat-privacy =
    <b>Privacy</b>
    • <b>Stored:</b> your Telegram id, name and username, language, time zone and settings; your balance, payments, subscriptions, gifts and invitations; for each video the time, model, length, resolution, cost and outcome; of trading signals what you chose, which you took, when you first pressed a button of one, and your price alerts.
    • <b>Not kept:</b> prompts, images and videos. A prompt is encrypted while its video is being made and erased when that ends. Only a video that is too large for Telegram waits behind its link until the time that its message names.
    • <b>For a while, encrypted:</b> an order that you began and did not finish, for a day at most; improved words that you have not decided about, for an hour at most; words that you type after my name in another chat, for ten minutes at most; a message that I could not handle, { $failedDays ->
        [one] for one day
       *[other] for { $failedDays } days
    }, so that the fault can be found.
    • <b>After /forget:</b> only entries in the books without a name remain, and a keyed fingerprint of your Telegram id that tells nobody who you are: so that welcome credits, promo codes, bonuses and today's free videos are not given twice, and a block stays a block.
    /export sends you all that is stored. /forget erases it.

chat-paysupport =
    <b>Payment support</b>
    Credits for videos that failed come back by themselves. A purchase whose credits you have not spent can be refunded in Stars.
chat-paysupport-choose = Which payment is it about?
chat-paysupport-none = There is no payment of yours that could be refunded.
chat-paysupport-payment = { $stars } ⭐ · { $date }
chat-paysupport-reason = Why would you like { $stars } ⭐ back? One message is enough. /cancel stops.
chat-paysupport-reason-long = Please say it in { $longest } characters at most. /cancel stops.
chat-paysupport-sent = Your request is with the operators. You will hear from me here.
chat-paysupport-already_requested = This payment is already being looked at.
chat-paysupport-unknown = This payment cannot be refunded any more.
chat-refund-request =
    ↩️ <b>Refund request</b>
    { $name } (<code>{ $telegramId }</code>) wants { $stars } ⭐ back for { $credits } { chat-credit-word }.
    Reason: { $reason }
chat-refund-waits = ⏰ It has waited for a decision for { $days ->
    [one] a day
   *[other] { $days } days
  }.
chat-refund-approve = Approve
chat-refund-refuse = Refuse
chat-refund-approve-negative = Approve although spent
chat-refund-spent = The credits of this payment are spent or given away. Approving makes the balance negative until it is settled.
chat-refund-forbidden = The credits of this payment are spent or given away, and the settings do not allow this refund.
chat-refund-not-open = This request is not open any more.
chat-refund-state-approved = ⏳ Approved by { $actor }; Telegram is being asked.
chat-refund-state-refunding = ⏳ Approved by { $actor }; Telegram is being asked.
chat-refund-state-refunded = ✅ Refunded.
chat-refund-state-refused = 🚫 Refused by { $actor }.
chat-refund-state-failed = ❌ Telegram refused the refund. The credits are back on the account.
chat-refund-state-requested = Waiting for a decision.
chat-refund-told-refunded = ✅ { $stars } ⭐ have been returned to you, and { $credits } { chat-credit-word } taken back.
chat-refund-told-stars = ✅ { $stars } ⭐ have been returned to you.
chat-refund-told-refused = Your refund request for { $stars } ⭐ was refused. /paysupport if there is more to say.
chat-refund-told-failed = Your refund of { $stars } ⭐ could not be made; your credits are unchanged. An operator has been told.

chat-credit-usage = Expected: <code>/credit @username +5 reason</code> or <code>/credit 123456789 -2.5 reason</code>
chat-credit-unknown-user = I do not know { $who }. The person must have started the bot once.
chat-credit-insufficient = Not possible: only { $available } { COUNT($available) ->
    [one] credit is
   *[other] credits are
  } available.
chat-credit-done = Done. { $name } now has <b>{ $credits }</b> { chat-credit-word }.
chat-credit-given = 🎁 You were given <b>{ $credits }</b> { chat-credit-word }: { $reason }
chat-credit-taken = Taken from your account: <b>{ $credits }</b> { chat-credit-word }. Reason: { $reason }

chat-drift = ⚠️ <b>The ledger and Telegram differ</b>
    { $detail }

chat-export-caption = Everything that is stored about you.
chat-forget-warning =
    <b>Erase everything?</b>
    Your name, settings, statistics and everything else that tells who you are will be erased, and running videos cancelled. This cannot be undone.
chat-forget-credits = You would lose <b>{ $credits }</b> { chat-credit-word }.
chat-forget-subscriptions = Your subscriptions end: Telegram is told to charge nothing more.
chat-forget-yes = Erase everything
chat-forget-no = Keep it
chat-forget-debt = Your account is <b>{ $credits }</b> { chat-credit-word } below zero, because a payment was taken back. Please settle this first: /paysupport
chat-forget-done = Done. Everything about you is erased. /start begins anew.
chat-forget-kept = Nothing was erased.
chat-button-expired = This button has expired.
