# /admin 화면의 문구.

chat-command-admin = 관리자 패널: 사용자, 돈, 작업

chat-admin-title = 🛠 <b>관리</b> · { $time }
chat-admin-elsewhere = 여기 있는 모두에게 보여 줄 내용이 아닙니다. 저와의 개인 채팅이나 관리자 그룹에서 /admin 을 보내 주세요.
chat-admin-not-yours = 다른 관리자의 패널이거나 너무 오래된 패널입니다. /admin 으로 새로 여세요.
chat-admin-over = 이미 처리되었거나 끝난 단계입니다. 바뀐 것은 없습니다.
chat-admin-done = 완료했습니다.
chat-admin-answer-this = <i>여기서는 이 메시지에 답장해 주세요.</i>
chat-admin-button-home = 🛠 패널
chat-admin-button-back = ‹ 뒤로
chat-admin-button-refresh = 🔄 새로 고침

chat-admin-users = 👥 사용자
chat-admin-users-glance = 👥 사용자 { $all }명, 24시간 안에 { $fresh }명 새로{ $blocked ->
    [0] {""}
   *[other] , 차단 { $blocked }명
  }
chat-admin-users-title = 👥 <b>사용자</b>
chat-admin-users-counts = 모두 { $all }명 · 24시간 안에 { $fresh }명 · 차단 { $blocked }명
chat-admin-users-none = 아무도 없습니다.
chat-admin-users-all = 전체
chat-admin-users-staff = ⭐ 운영진
chat-admin-users-blocked = 🚫 차단
chat-admin-button-find = 🔎 사람 찾기
chat-admin-find = 누구를 찾을까요? @이름이나 그 앞부분, ID, 연락처를 보내거나 그 사람의 메시지를 전달해 주세요. /cancel 로 멈출 수 있습니다.
chat-admin-find-placeholder = @이름 또는 ID
chat-admin-find-none = “{ $who }”에 해당하는 사람을 모릅니다. 봇을 한 번 시작한 분이어야 합니다. 다시 보내거나 /cancel 로 멈추세요.
chat-admin-find-some = “{ $who }”에 해당하는 사람이 여럿입니다:
chat-admin-find-hidden = 봇에게 자신을 숨긴 사람이라 누구인지 알 수 없습니다. @이름이나 ID를 보내거나 /cancel 로 멈추세요.

chat-admin-user =
    👤 <b>{ $name }</b> · { $username }
    ID: <code>{ $telegramId }</code>
    { $since }부터 · { $zone }
    역할: <b>{ $role }</b>
chat-admin-user-balance = 💳 사용 가능: <b>{ $credits }</b>크레딧{ COUNT($held) ->
    [0] {""}
   *[other] , 예약 { $held }
  }
chat-admin-user-blocked = 🚫 <b>차단됨</b>: 결제 지원과 본인 정보만 쓸 수 있습니다.
chat-admin-user-gone = 자신에 관한 모든 것을 지운 사람입니다.
chat-admin-button-user = 👤 이 사람
chat-admin-button-credits = 💳 지급·회수
chat-admin-button-history = 📜 내역
chat-admin-button-role = 🎭 역할
chat-admin-button-block = 차단
chat-admin-button-unblock = ✅ 차단 해제
chat-admin-history = 📜 <b>{ $name }</b>

chat-admin-credits-ask =
    <b>{ $name }</b> 님에게 몇 크레딧을, 왜 주거나 회수할까요? 메시지 하나로 적어 주세요.
    <code>+5 불편에 대한 보상</code>은 지급, <code>-2.5 중복 계산</code>은 회수입니다.
    이유는 본인에게도 전달됩니다. /cancel 로 멈출 수 있습니다.
chat-admin-credits-placeholder = +5 불편에 대한 보상
chat-admin-credits-wrong = <code>+5 불편에 대한 보상</code>처럼 수량과 { $longest }자 이내의 이유를 적어 주세요. 다시 보내거나 /cancel 로 멈추세요.
chat-admin-give =
    <b>{ $name }</b> 님에게 <b>{ $credits }</b>크레딧을 지급할까요?
    { $before } → <b>{ $after }</b>
    이유: { $reason }
chat-admin-take =
    <b>{ $credits }</b>크레딧을 <b>{ $name }</b> 님에게서 회수할까요?
    { $before } → <b>{ $after }</b>
    이유: { $reason }
chat-admin-button-give = { $credits } 지급
chat-admin-button-take = { $credits } 회수

chat-admin-block-ask = <b>{ $name }</b> 님을 왜 차단하나요? 답을 보내면 차단되고, 이유는 기록에 남습니다. /cancel 로 멈출 수 있습니다.
chat-admin-unblock-ask = <b>{ $name }</b> 님의 차단을 왜 해제하나요? 답을 보내면 해제되고, 이유는 기록에 남습니다. /cancel 로 멈출 수 있습니다.
chat-admin-reason-placeholder = 이유
chat-admin-reason-wrong = { $longest }자 이내로 이유를 적어 주세요. 다시 보내거나 /cancel 로 멈추세요.
chat-admin-not-oneself = 본인에게는 할 수 없습니다. 다른 관리자가 해야 합니다.
chat-admin-not-staff = 역할이 있는 사람입니다. 먼저 역할을 거두어 주세요.

chat-admin-role = <b>{ $name }</b> 님은 무엇을 할 수 있나요?
chat-admin-role-user = 사용자
chat-admin-role-operator = 운영자
chat-admin-role-admin = 관리자
chat-admin-role-sure-user = <b>{ $name }</b> 님의 역할을 거둘까요?
chat-admin-role-sure-operator = <b>{ $name }</b> 님을 운영자로 할까요? 경보를 받고 운영자 명령을 쓸 수 있습니다.
chat-admin-role-sure-admin = <b>{ $name }</b> 님을 관리자로 할까요? 돈과 역할을 비롯한 모든 것을 다룰 수 있습니다.
chat-admin-button-role-sure = 예: { $role }
chat-admin-role-fixed = ADMIN_CHAT_IDS로 정해진 관리자입니다. 설정 파일에서만 바꿀 수 있습니다.
chat-admin-role-borrowed = 이 그룹에서만 관리자입니다. 역할은 어디서나 관리자인 사람이 정합니다.

chat-admin-credits = 💳 잔액
chat-admin-credits-glance = 💳 사람들이 가진 크레딧 { $credits }{ $debtors ->
    [0] {""}
   *[other] , 마이너스 { $debtors }명
  }
chat-admin-credits-title = 💳 <b>잔액</b>
chat-admin-credits-totals =
    사람들이 가진 크레딧: <b>{ $credits }</b>
    그중 예약: { $held }
    마이너스: { $owed } ({ $debtors }명)
chat-admin-credits-balances = 많은 순
chat-admin-credits-debts = 마이너스
chat-admin-credits-no-balances = 크레딧을 가진 사람이 없습니다.
chat-admin-credits-no-debts = 마이너스인 사람이 없습니다.

chat-admin-refunds = ↩️ 환불
chat-admin-refunds-glance = ↩️ { $count ->
    [0] 환불 요청 없음
   *[other] 환불 요청 { $count }건 대기
  }
chat-admin-refunds-title = ↩️ <b>환불 요청</b>
chat-admin-refunds-none = 결정을 기다리는 요청이 없습니다.
chat-admin-refunds-open = { $count }건이 결정을 기다립니다. 오래된 것부터 보여 드립니다.

chat-admin-log = 📖 기록
chat-admin-log-title = 📖 <b>변경 기록</b>
chat-admin-log-none = 아직 바뀐 것이 없습니다.
chat-admin-log-newest = « 최신
chat-admin-log-entry =
    <b>{ $actor }</b> · <code>{ $action }</code>
    { $subject } · { $detail }
    <i>{ $at }</i>
