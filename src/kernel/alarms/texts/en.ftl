alarms-title-telegram = Telegram could not be reached
alarms-title-sending = Nothing is being sent
alarms-title-inbox = Updates are not being handled
alarms-title-queue = Answers wait too long
alarms-title-jobs = Background jobs are not being done
alarms-title-database = The database did not answer
alarms-title-errors = Much fails
alarms-title-put_aside = Updates were put aside

alarms-opened =
    🚨 <b>{ $title }</b>
    { $detail }
alarms-over =
    ✅ <b>{ $title }</b>
    It is over. It lasted { $duration }.
alarms-put-aside-detail =
    { $count ->
        [one] One update could not be handled
       *[other] { $count } updates could not be handled
    } in the last { $minutes } minutes. <code>telecast failures</code> shows why.
alarms-errors-detail = In the last { $minutes } minutes { $updates } of { $allUpdates } updates and { $deliveries } of { $allDeliveries } deliveries failed.

alarms-self-test =
    🩺 <b>Weekly self-test</b>
    This message arrived, so alerts would too. In the last seven days { $sent } messages were delivered, { $failed } failed and { $unknown } may not have arrived.
alarms-self-test-open =
    { $count ->
        [one] One problem is open:
       *[other] { $count } problems are open:
    } { $titles }
