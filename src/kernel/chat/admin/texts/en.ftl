# The pages of /admin.

chat-command-admin = Users, money, work: the panel for admins

chat-admin-title = 🛠 <b>Admin</b> · { $time }
chat-admin-elsewhere = What this shows is not for everybody here. Send /admin in our private chat, or in a group of the admins.
chat-admin-not-yours = This panel is somebody else's, or too old. /admin opens a new one.
chat-admin-over = This is done already, or over. Nothing was changed.
chat-admin-done = Done.
chat-admin-answer-this = <i>Here, answer this message.</i>
chat-admin-button-home = 🛠 Panel
chat-admin-button-back = ‹ Back
chat-admin-button-refresh = 🔄 Refresh

chat-admin-users = 👥 Users
chat-admin-users-glance = 👥 { $all } users, { $fresh } new in 24 h{ $blocked ->
    [0] {""}
   *[other] , { $blocked } shut out
  }
chat-admin-users-title = 👥 <b>Users</b>
chat-admin-users-counts = { $all } in all · { $fresh } new in 24 h · { $blocked } shut out
chat-admin-users-none = Nobody here.
chat-admin-users-all = All
chat-admin-users-staff = ⭐ Staff
chat-admin-users-blocked = 🚫 Shut out
chat-admin-button-find = 🔎 Find somebody
chat-admin-find = Who? Send a @name or its beginning, an id, a contact, or forward one of the person's messages. /cancel stops.
chat-admin-find-placeholder = @name or id
chat-admin-find-none = I know nobody by “{ $who }”. The person must have started the bot once. Try another, or /cancel.
chat-admin-find-some = Several people could be meant by “{ $who }”:
chat-admin-find-hidden = That does not tell me who it is: the person hides it from bots. Try a @name or an id, or /cancel.

chat-admin-user =
    👤 <b>{ $name }</b> · { $username }
    Id: <code>{ $telegramId }</code>
    Since { $since } · { $zone }
    Role: <b>{ $role }</b>
chat-admin-user-balance = 💳 <b>{ $credits }</b> { chat-credit-word } available{ COUNT($held) ->
    [0] {""}
   *[other] , { $held } reserved
  }
chat-admin-user-blocked = 🚫 <b>Shut out</b>: only payment support and own data are open.
chat-admin-user-gone = This person has erased everything about himself.
chat-admin-button-user = 👤 The person
chat-admin-button-credits = 💳 Give or take
chat-admin-button-history = 📜 History
chat-admin-button-role = 🎭 Role
chat-admin-button-block = Shut out
chat-admin-button-unblock = ✅ Let in again
chat-admin-history = 📜 <b>{ $name }</b>

chat-admin-credits-ask =
    How many credits for <b>{ $name }</b>, and why? In one message:
    <code>+5 for the trouble</code> gives, <code>-2.5 counted twice</code> takes.
    The person is told, with the reason. /cancel stops.
chat-admin-credits-placeholder = +5 for the trouble
chat-admin-credits-wrong = Expected an amount and a reason of at most { $longest } characters, such as <code>+5 for the trouble</code>. Try again, or /cancel.
chat-admin-give =
    Give <b>{ $name }</b> <b>{ $credits }</b> { chat-credit-word }?
    { $before } → <b>{ $after }</b>
    Reason: { $reason }
chat-admin-take =
    Take <b>{ $credits }</b> { chat-credit-word } from <b>{ $name }</b>?
    { $before } → <b>{ $after }</b>
    Reason: { $reason }
chat-admin-button-give = Give { $credits }
chat-admin-button-take = Take { $credits }

chat-admin-block-ask = Why is <b>{ $name }</b> to be shut out? Your answer does it, and stands in the log. /cancel stops.
chat-admin-unblock-ask = Why is <b>{ $name }</b> let in again? Your answer does it, and stands in the log. /cancel stops.
chat-admin-reason-placeholder = The reason
chat-admin-reason-wrong = Expected a reason of at most { $longest } characters. Try again, or /cancel.
chat-admin-not-oneself = Not to yourself: another admin has to do that.
chat-admin-not-staff = The person has a role: take that first.

chat-admin-role = What may <b>{ $name }</b> do?
chat-admin-role-user = User
chat-admin-role-operator = Operator
chat-admin-role-admin = Admin
chat-admin-role-sure-user = <b>{ $name }</b> is to lose every right of a role?
chat-admin-role-sure-operator = <b>{ $name }</b> is to be an operator: alerts, and commands for operators?
chat-admin-role-sure-admin = <b>{ $name }</b> is to be an admin: money, roles and everything else?
chat-admin-button-role-sure = Yes: { $role }
chat-admin-role-fixed = This person is an admin by ADMIN_CHAT_IDS; only the configuration changes that.
chat-admin-role-borrowed = You are an admin in this group only. Roles are given by who is one everywhere.

chat-admin-credits = 💳 Balances
chat-admin-credits-glance = 💳 { $credits } { chat-credit-word } with people{ $debtors ->
    [0] {""}
   *[other] , { $debtors } below zero
  }
chat-admin-credits-title = 💳 <b>Balances</b>
chat-admin-credits-totals =
    With people: <b>{ $credits }</b> { chat-credit-word }
    Of these reserved: { $held }
    Below zero: { $owed } ({ $debtors ->
        [one] 1 person
       *[other] { $debtors } people
    })
chat-admin-credits-balances = Largest
chat-admin-credits-debts = Below zero
chat-admin-credits-no-balances = Nobody has credits.
chat-admin-credits-no-debts = Nobody is below zero.

chat-admin-refunds = ↩️ Refunds
chat-admin-refunds-glance = ↩️ { $count ->
    [0] No refund requests
    [one] One refund request waits
   *[other] { $count } refund requests wait
  }
chat-admin-refunds-title = ↩️ <b>Refund requests</b>
chat-admin-refunds-none = None waits for a decision.
chat-admin-refunds-open = { $count ->
    [one] One waits
   *[other] { $count } wait
  } for a decision, the oldest first.

chat-admin-log = 📖 Log
chat-admin-log-title = 📖 <b>Who changed what</b>
chat-admin-log-none = Nothing has been changed yet.
chat-admin-log-newest = « Newest
chat-admin-log-entry =
    <b>{ $actor }</b> · <code>{ $action }</code>
    { $subject } · { $detail }
    <i>{ $at }</i>
