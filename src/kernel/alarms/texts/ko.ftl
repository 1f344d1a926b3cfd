alarms-title-telegram = 텔레그램에 연결할 수 없었습니다
alarms-title-sending = 메시지가 발송되지 않고 있습니다
alarms-title-inbox = 받은 업데이트가 처리되지 않고 있습니다
alarms-title-queue = 답변이 너무 오래 밀려 있습니다
alarms-title-jobs = 백그라운드 작업이 멈춰 있습니다
alarms-title-database = 데이터베이스가 응답하지 않았습니다
alarms-title-errors = 오류가 많이 발생하고 있습니다
alarms-title-put_aside = 처리하지 못한 업데이트가 있습니다

alarms-opened =
    🚨 <b>{ $title }</b>
    { $detail }
alarms-over =
    ✅ <b>{ $title }</b>
    지금은 정상입니다. { $duration } 동안 계속되었습니다.
alarms-put-aside-detail = 최근 { $minutes }분 동안 업데이트 { $count }건을 처리하지 못했습니다. 원인은 <code>telecast failures</code>로 확인하세요.
alarms-errors-detail = 최근 { $minutes }분 동안 업데이트 { $allUpdates }건 중 { $updates }건, 발송 { $allDeliveries }건 중 { $deliveries }건이 실패했습니다.

alarms-self-test =
    🩺 <b>주간 자가 점검</b>
    이 메시지가 도착했으니 알림도 정상적으로 전달됩니다. 지난 7일 동안 메시지 { $sent }건이 전달되었고, { $failed }건이 실패했으며, { $unknown }건은 도착 여부를 알 수 없습니다.
alarms-self-test-open = 해결되지 않은 문제 { $count }건: { $titles }
