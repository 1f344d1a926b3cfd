# 커널 명령의 문구. 마크업은 텔레그램 HTML이며, 인자는 이스케이프된다.

# 크레딧 수 뒤에 오는 단위. 수는 $credits로 주어진다.
chat-credit-word = 크레딧

chat-command-start = 환영 인사, 잔액, 할 수 있는 일
chat-command-help = 모든 명령
chat-command-settings = 언어, 시간대, 알림
chat-command-status = 내 현재 상태
chat-command-cancel = 하던 일 멈추기
chat-command-buy = 스타로 크레딧 구매
chat-command-balance = 내 크레딧과 모든 내역
chat-command-gift = 크레딧 선물하기
chat-command-invite = 친구 초대
chat-command-promo = 프로모션 코드 사용
chat-command-paysupport = 결제 도움, 환불
chat-command-terms = 이용 약관
chat-command-privacy = 저장되는 정보
chat-command-export = 내 정보 모두 받기
chat-command-forget = 내 정보 모두 지우기
chat-command-credit = 크레딧 지급 또는 회수
chat-command-promocodes = 프로모션 코드 만들기, 사용 횟수, 끄기

chat-start-hello = 👋 안녕하세요, <b>{ $name }</b> 님!
chat-start-balance = 💳 보유 크레딧: <b>{ $credits }</b>
chat-start-next = /help 에서 모든 명령을, /settings 에서 언어·시간대·알림을 볼 수 있습니다.

chat-help-title = <b>할 수 있는 일</b>
chat-help-line = /{ $command } – { $description }
chat-help-operators = <b>운영자용</b>

chat-status-nothing = 지금은 알려 드릴 것이 없습니다.

chat-cancelled = 멈췄습니다. 이미 만들고 있는 것은 계속되며, 해당 카드의 취소 버튼으로 취소할 수 있습니다.
chat-nothing-to-cancel = 지금은 멈출 것이 없습니다.

chat-settings-title = ⚙️ <b>설정</b>
chat-settings-summary =
    언어: <b>{ $language }</b>
    시간대: <b>{ $zone }</b> (현재 { $time })
    방해 금지 시간: <b>{ $quiet }</b>
chat-settings-language = 🌐 언어
chat-settings-zone = 🕒 시간대
chat-settings-quiet = 🌙 방해 금지 시간
chat-settings-topics = 🔔 알림
chat-settings-back = ‹ 뒤로
chat-settings-choose-language = 어떤 언어로 말할까요?
chat-settings-choose-zone = 어디에 계신가요? 방해 금지 시간과 시각 표시에 쓰입니다.
chat-settings-other-zone = 다른 곳…
chat-settings-type-zone = 시간대 이름을 입력하세요. 예: <code>Asia/Seoul</code>, <code>Europe/Paris</code>
chat-settings-unknown-zone = “{ $zone }” 시간대를 찾을 수 없습니다. <code>Asia/Seoul</code>, <code>America/New_York</code> 같은 이름을 입력하세요.
chat-settings-zone-set = 시간대: <b>{ $zone }</b>, 지금은 { $time }입니다.
chat-settings-quiet-state = 🌙 방해 금지 시간: <b>{ $quiet }</b> ({ $zone }, 현재 { $time })
chat-settings-quiet-from = 🌙 { $time }
chat-settings-quiet-to = ☀️ { $time }
chat-settings-quiet-step = { $sign } { $minutes }분
chat-settings-quiet-type = ⌨️ 직접 입력
chat-settings-type-hours = 언제 조용히 할까요? 시각 두 개를 입력하세요. 예: <code>22:30-07:15</code>
chat-settings-type-hours-group = 이 그룹은 언제 조용히 할까요? 이 메시지에 답장으로 시각 두 개를 보내 주세요. 예: <code>22:30-07:15</code>
chat-settings-unknown-hours = “{ $typed }”은(는) 이해할 수 없습니다. <code>22:30-07:15</code>처럼 시각 두 개를 입력하세요. /cancel 로 멈출 수 있습니다.
chat-settings-group-title = ⚙️ <b>그룹 설정</b>
chat-settings-group-summary = 방해 금지 시간: <b>{ $quiet }</b>{ $zone ->
    [none] {""}
   *[other] {" "}({ $zone })
  }
chat-settings-admins-only = 그룹 설정은 이 그룹의 관리자만 바꿀 수 있습니다. 내 설정은 봇과의 개인 채팅에서 바꿀 수 있습니다.
chat-settings-not-yours = 이 그룹의 관리자만 누를 수 있습니다. 관리자라면 먼저 여기에서 /settings 를 보내 주세요.
chat-settings-choose-zone-group = 이 그룹의 방해 금지 시간은 어느 시간대를 따를까요?
chat-settings-type-zone-group = 이 메시지에 답장으로 시간대 이름을 보내 주세요. 예: <code>Asia/Seoul</code>, <code>Europe/Paris</code>
chat-settings-choose-quiet = 방해 금지 시간의 알림은 종류마다 고른 대로 나중에 오거나, 소리 없이 오거나, 오지 않습니다. 결제와 긴급 알림은 항상 옵니다.
chat-settings-quiet-off = 끔
chat-settings-quiet-range = { $from } – { $to }
chat-settings-topics-intro =
    🔔 <b>알림</b>
    왼쪽을 누르면 알림을 켜거나 끕니다. 오른쪽은 방해 금지 시간의 처리 방식이며, 눌러서 바꿀 수 있습니다.
chat-settings-no-topics = 끌 수 있는 알림이 없습니다.
chat-settings-mode-deliver = 🔔 바로 받기
chat-settings-mode-silent = 🔕 무음으로 받기
chat-settings-mode-hold = ⏸ 나중에 받기
chat-settings-mode-drop = 🗑 받지 않기

chat-buy-title = ⭐ <b>크레딧 구매</b>
chat-buy-intro =
    보유 크레딧: <b>{ $credits }</b>. 묶음을 고르면 텔레그램 스타로 결제합니다.
    크레딧은 영상이 도착했을 때만 차감됩니다.
chat-buy-monthly = 🔁 상품은 해지할 때까지 30일마다 결제됩니다. 해지: /status
chat-buy-terms = /terms · /paysupport
chat-buy-plan = 🔁 매달 { $name } · ⭐ { $stars }
chat-buy-plan-running = ✅ { $name } · { $day }까지

# 매달 결제되는 상품
chat-plan-credits = { $credits }{ chat-credit-word }
chat-plan-offer =
    🔁 <b>매달 { $name }</b>
    지금, 그리고 30일마다 스타 { $stars }개가 결제됩니다. 언제든지 /status 에서 해지할 수 있습니다.
chat-plan-pay = 구독하기 · 월 ⭐ { $stars }
chat-plan-invoice = 매달 { $name }. 해지할 때까지 텔레그램이 30일마다 갱신합니다.
chat-plan-gone = 더 이상 판매하지 않는 상품입니다. /buy 에서 오늘의 상품을 볼 수 있습니다.
chat-plan-none = 구독 중인 상품이 없습니다. /buy 에서 상품을 볼 수 있습니다.
chat-plan-cancel = 구독 해지
chat-plan-allow = 다시 구독 이어가기
chat-plan-buy = 다시 구독하기
chat-plan-asking = 텔레그램에 요청하고 있습니다…
chat-plan-unchanged = 바꿀 것이 없습니다. 현재 상태는 /status 에서 볼 수 있습니다.
chat-plan-status =
    🔁 <b>{ $name }</b> · 월 ⭐ { $stars }
    { $state }
chat-plan-state-active = { $day }에 갱신됩니다.
chat-plan-state-canceled = 해지됨: { $day }까지 이용할 수 있고, 더 이상 결제되지 않습니다.
chat-plan-state-failed = 갱신하지 못했습니다: { $day }까지 이용할 수 있습니다.
chat-plan-state-asked = 텔레그램에 요청하고 있습니다…
chat-plan-told-canceled =
    ✅ <b>{ $name }</b> 구독을 해지했습니다. { $day }까지 이용할 수 있고, 더 이상 결제되지 않습니다.
chat-plan-told-allowed =
    ✅ <b>{ $name }</b> 구독을 다시 이어갈 수 있습니다. { $day }까지 텔레그램의 설정 → 내 스타에서 구독을 골라 갱신을 켜 주세요.
chat-plan-told-resumed = ✅ <b>{ $name }</b> 구독이 이어집니다. 다음 결제는 { $day }, 스타 { $stars }개입니다.
chat-plan-told-failed =
    ⚠️ <b>{ $name }</b> 구독을 갱신하지 못했습니다. 스타 { $stars }개가 결제되지 않았습니다. { $day }까지는 이용할 수 있습니다.
    계속 이용하려면 텔레그램의 설정 → 내 스타에서 스타를 충전하고 다시 구독해 주세요.
chat-plan-told-expired = <b>{ $name }</b> 구독이 { $day }에 끝났습니다. 남은 크레딧은 그대로입니다.
chat-plan-told-revoked = 결제가 되돌려져 <b>{ $name }</b> 구독이 끝났습니다. 더 이상 결제되지 않습니다.
chat-plan-told-not_changed =
    텔레그램이 <b>{ $name }</b> 구독을 바꾸지 못했습니다. 텔레그램의 설정 → 내 스타에서 구독을 골라 직접 바꿀 수 있습니다.
chat-buy-pack = { $credits }{ chat-credit-word } · ⭐ { $stars }
chat-buy-gone = 이 묶음은 더 이상 판매하지 않습니다. /buy 에서 오늘의 묶음을 볼 수 있습니다.
chat-invoice-title = { $credits }{ chat-credit-word }
chat-invoice-description = 영상을 만드는 데 쓰는 { $credits }크레딧입니다. 유효 기간이 없습니다.
chat-order-unknown_order = 더 이상 유효하지 않은 주문입니다. /buy 로 다시 시작해 주세요.
chat-order-expired = 기한이 지난 주문입니다. /buy 로 다시 시작해 주세요.
chat-order-wrong_person = 다른 분의 주문입니다. /buy 로 새로 주문해 주세요.
chat-order-wrong_amount = 가격이 바뀌었습니다. /buy 로 새로 주문해 주세요.
chat-order-already_subscribed = 이미 구독 중인 상품입니다. 기한은 /status 에서 볼 수 있습니다.
chat-order-account_blocked = 차단된 계정입니다. /paysupport 로 문의해 주세요.
chat-order-unavailable = 지금은 결제할 수 없습니다. 잠시 후 다시 시도해 주세요. 청구된 금액은 없습니다.
chat-receipt =
    ✅ <b>결제가 완료되었습니다</b>
    ⭐ { $stars } → <b>{ $credits }</b>크레딧
    잔액: <b>{ $balance }</b>크레딧
    영수증:
    <code>{ $charge }</code>
chat-receipt-unknown =
    ✅ 스타 { $stars }개의 결제를 받았지만 어느 주문의 결제인지 알 수 없습니다. 결제는 안전하게 기록되었고, 운영자가 크레딧 지급이나 환불을 처리합니다.
    영수증: <code>{ $charge }</code>
chat-receipt-subscribed = ✅ <b>매달 { $name }</b>: 스타 { $stars }개를 받았습니다.
chat-receipt-renewed = 🔁 <b>{ $name }</b> 구독이 갱신되었습니다: 스타 { $stars }개를 받았습니다.
chat-receipt-month = +{ $credits }{ chat-credit-word }, 잔액: <b>{ $balance }</b>
chat-receipt-renews = { $day }에 갱신됩니다. 해지: /status
chat-receipt-charge =
    영수증:
    <code>{ $charge }</code>
chat-payment-assigned =
    ✅ 스타 { $stars }개의 결제를 확인하여 <b>{ $credits }</b>크레딧을 드렸습니다.
    영수증: <code>{ $charge }</code>
chat-payment-recovered =
    ✅ 스타 { $stars }개의 결제가 늦게 확인되어 <b>{ $credits }</b>크레딧을 드렸습니다.
chat-payment-recovered-plan =
    ✅ 스타 { $stars }개의 결제가 늦게 확인되었습니다. <b>{ $name }</b>: { $day }까지 이용할 수 있습니다.
chat-chargeback = ⚠️ 앱 스토어가 스타 { $stars }개의 결제를 취소했습니다.
chat-chargeback-credits = 그 결제의 { $credits }{ chat-credit-word }도 회수되었습니다. 잔액: <b>{ $balance }</b>
chat-chargeback-debt = 잔액이 0보다 적은 동안에는 주문할 수 없습니다. /buy 로 채울 수 있고, 착오라면 /paysupport 로 알려 주세요.
chat-chargeback-admins =
    ⚠️ <b>스토어의 결제 취소</b>
    스토어가 { $name } 님(<code>{ $telegramId }</code>)의 스타 { $stars }개를 가져갔고, { $credits }{ chat-credit-word }이 함께 회수되었습니다. 현재 잔액: { $balance }
    <code>{ $charge }</code>
chat-refunded-by-telegram = ↩️ 텔레그램에서 스타 { $stars }개를 돌려드렸습니다.

chat-balance-title = 💳 <b>내 크레딧</b>
chat-balance-available = 사용 가능: <b>{ $credits }</b>크레딧
chat-balance-owed = <b>{ $credits }</b>크레딧이 부족합니다. /paysupport 에서 정산 방법을 볼 수 있습니다.
chat-balance-held = 제작 중인 작업에 예약: <b>{ $credits }</b>크레딧
chat-balance-nothing = 아직 내역이 없습니다.
chat-balance-entry =
    <b>{ $amount }</b> · { $what }
    <i>{ $date } → { $balance }</i>
chat-balance-newer = ‹ 최근
chat-balance-older = 이전 ›
chat-balance-buy = ⭐ 크레딧 구매
chat-balance-receipt = 🧾 ⭐ { $stars } · { $date }
chat-balance-refund = ↩️ 환불 요청
chat-balance-payment =
    🧾 <b>결제</b>
    ⭐ { $stars } → <b>{ $credits }</b>크레딧
    { $date }
    영수증:
    <code>{ $charge }</code>

# 잔액 내역의 종류.
chat-entry-purchase = ⭐ { $stars }개로 구매
chat-entry-assignment = ⭐ { $stars }개로 구매, 나중에 지급
chat-entry-capture = 영상 제작
chat-entry-welcome = 환영 크레딧
chat-entry-grant = 운영자 지급: { $note }
chat-entry-take = 운영자 회수: { $note }
chat-entry-chargeback = 앱 스토어의 결제 취소
chat-entry-refund = 구매 환불
chat-entry-refund_returned = 환불되지 않아 돌아옴
chat-entry-promo = 프로모션 코드 { $note }
chat-entry-gift = 보낸 선물
chat-entry-gift_claimed = 받은 선물
chat-entry-gift_returned = 돌아온 선물
chat-entry-referral = 초대 보너스
chat-entry-referral_reversed = 초대 보너스 회수
chat-entry-other = 정정

chat-copy-link = 🔗 링크 복사
chat-share = 📤 보내기
chat-gift-choose =
    🎁 <b>크레딧 선물하기</b>
    구매하신 크레딧 중 <b>{ $credits }</b>까지 선물할 수 있습니다. 링크를 만들어 드리며, 먼저 여는 분이 받습니다. 아무도 받지 않으면 { $days }일 뒤에 돌아옵니다.
chat-gift-nothing =
    🎁 <b>크레딧 선물하기</b>
    구매하고 아직 남아 있는 크레딧만 선물할 수 있습니다. 지금은 없습니다.
chat-gift-amount = { $credits }{ chat-credit-word }
chat-gift-other = 다른 금액…
chat-gift-type = 몇 크레딧을 선물할까요? /cancel 로 멈출 수 있습니다.
chat-gift-unknown-amount = 2 또는 2.5처럼 크레딧 수를 입력해 주세요. /cancel 로 멈출 수 있습니다.
chat-gift-insufficient_credits = 최대 <b>{ $credits }</b>크레딧까지 선물할 수 있습니다. 구매하고 남아 있는 크레딧만 선물할 수 있습니다. /gift
chat-gift-too_many = 아직 열지 않은 선물이 이미 열 개 있습니다. /gift 에서 볼 수 있습니다.
chat-gift-switched_off = 지금은 크레딧을 선물할 수 없습니다.
chat-gift-open = 🎁 { $credits }{ chat-credit-word } · 대기 중
chat-gift-card =
    🎁 <b>{ $credits }{ chat-credit-word }</b>
    { $state ->
        [claimed] ✅ 누군가 선물을 열었습니다.
        [cancelled] ↩️ 선물을 취소했습니다.
        [expired] ↩️ 기한 안에 아무도 열지 않아 돌아왔습니다.
        [recalled] ↩️ 결제가 되돌려져 선물이 돌아왔습니다.
       *[open] 이 링크를 보내 주세요. { $until }까지 먼저 여는 분이 크레딧을 받습니다.
    }
chat-gift-share = 🎁 { $credits }{ chat-credit-word }을 선물합니다
chat-gift-cancel = 선물 취소
chat-gift-too-late = 이미 누군가 열었거나 돌아온 선물입니다.
chat-gift-claimed =
    🎁 <b>{ $name }</b> 님이 <b>{ $credits }</b>크레딧을 선물했습니다!
    잔액: <b>{ $balance }</b>크레딧
chat-gift-gone = 이미 다른 분이 열었거나 보낸 분에게 돌아간 선물입니다.
chat-gift-claimed_by_him = 이미 받으신 선물입니다. /balance
chat-gift-told-claimed = 🎁 <b>{ $name }</b> 님이 <b>{ $credits }</b>크레딧 선물을 열었습니다.
chat-gift-told-expired = ↩️ 기한 안에 아무도 선물을 열지 않아 <b>{ $credits }</b>크레딧이 돌아왔습니다.
chat-gift-told-recalled = ↩️ 결제가 되돌려져 <b>{ $credits }</b>크레딧 선물이 돌아왔습니다. 선물 링크는 더 이상 쓸 수 없습니다.

chat-invite =
    👥 <b>친구 초대</b>
    { $invited ->
        [0] 처음 오신 친구가 첫 구매를 하면 <b>{ $inviter }</b>크레딧을 드립니다.
       *[other] { $inviter ->
            [0] 처음 오신 친구는 첫 구매 때 <b>{ $invited }</b>크레딧을 더 받습니다.
           *[other] 처음 오신 친구가 첫 구매를 하면 회원님께 <b>{ $inviter }</b>크레딧, 친구에게 <b>{ $invited }</b>크레딧을 드립니다.
        }
    }

    { $link }

    방문: { $came }명 · 구매: { $rewarded }명 · 받은 보너스: { $earned }크레딧
chat-invite-share = 글로 영상을 만들어 보세요
chat-invite-off = 지금은 초대 보너스가 없습니다.
chat-invited = 👋 <b>{ $name }</b> 님이 초대했습니다. 첫 구매 때 <b>{ $credits }</b>크레딧을 더 받습니다. /buy
chat-bonus-invited = 🎉 첫 구매 보너스로 <b>{ $credits }</b>크레딧을 더 받았습니다!
chat-bonus-inviter = 🎉 초대한 친구가 첫 구매를 하여 <b>{ $credits }</b>크레딧을 받았습니다.
chat-bonus-reversed-invited = ↩️ 첫 구매의 결제가 되돌려져 보너스 <b>{ $credits }</b>크레딧이 회수되었습니다.
chat-bonus-reversed-inviter = ↩️ 초대한 친구의 결제가 되돌려져 보너스 <b>{ $credits }</b>크레딧이 회수되었습니다.

chat-promo-type = 프로모션 코드를 입력해 주세요. /cancel 로 멈출 수 있습니다.
chat-promo-placeholder = 코드
chat-promo-given =
    🎉 <b>{ $credits }</b>크레딧을 받았습니다!
    잔액: <b>{ $balance }</b>크레딧
chat-promo-not_valid = 사용할 수 없는 코드입니다. 기한이 지났거나 모두 사용되었거나 이미 사용하신 코드일 수 있습니다. 코드는 한 사람이 한 번만 쓸 수 있습니다.
chat-promo-too_many_tries = 맞지 않는 코드를 너무 많이 입력했습니다. 한 시간 뒤에 다시 시도해 주세요.

chat-promocodes = 🎟 <b>프로모션 코드</b>
    코드마다 사용 횟수가 표시됩니다.
chat-promocodes-none = 🎟 아직 프로모션 코드가 없습니다.
chat-promocodes-line = { $code } · { $uses } / { $most }
chat-promocodes-new = ➕ 새 코드
chat-promocodes-choose-credits = 🎟 <code>{ $code }</code>
    몇 크레딧을 줄까요?
chat-promocodes-choose-uses = 🎟 <code>{ $code }</code>
    몇 명이 쓸 수 있나요?
chat-promocodes-choose-days = 🎟 <code>{ $code }</code>
    언제까지 쓸 수 있나요?
chat-promocodes-choose-who = 🎟 <code>{ $code }</code>
    누가 쓸 수 있나요?
chat-promocodes-credits = { $value }크레딧
chat-promocodes-uses = { $value }명
chat-promocodes-days = { $value ->
    [0] 기한 없음
   *[other] { $value }일
  }
chat-promocodes-who = { $value ->
    [new] 결제한 적 없는 사람
   *[all] 모두
  }
chat-promocodes-forever = 기한 없음
chat-promocodes-code =
    🎟 <code>{ $code }</code>
    <b>{ $credits }</b>크레딧 · { $who ->
        [new] 결제한 적 없는 사람
       *[all] 모두
    }
    사용: { $most }명 중 <b>{ $uses }</b>명
    기한: { $until }
    { $state ->
        [off] 🚫 꺼짐
        [over] ⌛️ 기한 지남
        [used] ☑️ 모두 사용됨
       *[open] ✅ 사용 가능: { $link }
    }
chat-promocodes-off = 끄기
chat-promocodes-unknown = 그런 코드는 없습니다.
chat-promocodes-usage = 형식: <code>/promocodes SPRING26 5 100</code> (5크레딧, 100명). 뒤에 사용할 수 있는 일수와, 결제한 적 없는 사람만 쓰게 하려면 new를 붙입니다: <code>/promocodes SPRING26 5 100 30 new</code>

chat-terms =
    <b>이용 약관</b>
    • 크레딧은 텔레그램 스타로 구매하고 영상 제작에 씁니다. 크레딧의 가치는 모두에게 같으며, 가격은 시작 전에 모델 목록에 표시됩니다.
    • 주문하면 금액이 예약되고, 영상이 이 채팅에 도착했을 때만 차감됩니다. 제작에 실패하면 차감되지 않습니다.
    • 구독은 해지할 때까지 30일마다 갱신되며, 해지해도 결제한 기간은 그대로 이용합니다.
    • 쓰지 않은 구매는 환불할 수 있습니다: /paysupport
    • 불법적인 내용이나 동의 없는 실존 인물의 영상을 요청하지 마세요. 제공자가 거절하며, 거절된 요청은 청구되지 않습니다.
    • 저장되는 정보는 /privacy 에서 볼 수 있습니다.
chat-privacy =
    <b>개인정보</b>
    • <b>저장:</b> 텔레그램 ID, 이름과 사용자 이름, 언어, 시간대, 설정; 잔액과 결제, 구독, 선물과 초대; 영상마다 시각, 모델, 길이, 해상도, 비용, 결과; 매매 시그널의 설정, 진입한 시그널, 시그널의 버튼을 처음 누른 시각, 가격 알림.
    • <b>보관하지 않음:</b> 프롬프트, 이미지, 영상. 프롬프트는 영상을 만드는 동안 암호화되어 있다가 끝나면 지워집니다. 텔레그램으로 보내기에 너무 큰 영상만 메시지에 적힌 시각까지 링크에 남아 있습니다.
    • <b>잠시 암호화해 보관:</b> 시작하고 끝내지 않은 주문은 길어야 하루, 선택하지 않은 다듬은 문장은 길어야 한 시간, 다른 채팅에서 제 이름 뒤에 적은 글은 길어야 10분, 처리하지 못한 메시지는 원인을 찾기 위해 { $failedDays }일 동안 보관합니다.
    • <b>/forget 뒤:</b> 이름 없는 회계 기록과, 누구인지 알 수 없는 텔레그램 ID의 지문만 남습니다. 환영 크레딧, 프로모션 코드, 보너스, 오늘의 무료 영상이 두 번 지급되지 않고 차단이 그대로 유지되도록 하기 위해서입니다.
    /export 로 저장된 정보를 모두 받고, /forget 으로 지울 수 있습니다.

chat-paysupport =
    <b>결제 지원</b>
    실패한 영상의 크레딧은 자동으로 돌아옵니다. 아직 쓰지 않은 크레딧은 스타로 환불받을 수 있습니다.
chat-paysupport-choose = 어떤 결제인가요?
chat-paysupport-none = 환불할 수 있는 결제가 없습니다.
chat-paysupport-payment = ⭐ { $stars } · { $date }
chat-paysupport-reason = 스타 { $stars }개를 환불받으려는 이유를 메시지 하나로 적어 주세요. /cancel 로 멈출 수 있습니다.
chat-paysupport-reason-long = { $longest }자 이내로 적어 주세요. /cancel 로 멈출 수 있습니다.
chat-paysupport-sent = 요청을 운영자에게 전달했습니다. 결과는 여기로 알려 드립니다.
chat-paysupport-already_requested = 이미 확인 중인 결제입니다.
chat-paysupport-unknown = 더 이상 환불할 수 없는 결제입니다.
chat-refund-request =
    ↩️ <b>환불 요청</b>
    { $name } 님(<code>{ $telegramId }</code>)이 { $credits }크레딧을 산 스타 { $stars }개의 환불을 요청했습니다.
    이유: { $reason }
chat-refund-waits = ⏰ { $days }일째 결정을 기다리고 있습니다.
chat-refund-approve = 승인
chat-refund-refuse = 거절
chat-refund-approve-negative = 사용했어도 승인
chat-refund-spent = 이 결제의 크레딧은 이미 사용되었거나 선물되었습니다. 승인하면 정산될 때까지 잔액이 음수가 됩니다.
chat-refund-forbidden = 이 결제의 크레딧은 이미 사용되었거나 선물되었으며, 설정에 따라 환불할 수 없습니다.
chat-refund-not-open = 이미 처리된 요청입니다.
chat-refund-state-approved = ⏳ { $actor } 님이 승인했습니다. 텔레그램에 요청 중입니다.
chat-refund-state-refunding = ⏳ { $actor } 님이 승인했습니다. 텔레그램에 요청 중입니다.
chat-refund-state-refunded = ✅ 환불되었습니다.
chat-refund-state-refused = 🚫 { $actor } 님이 거절했습니다.
chat-refund-state-failed = ❌ 텔레그램이 환불을 거절했습니다. 크레딧은 계정으로 돌아갔습니다.
chat-refund-state-requested = 결정을 기다리는 중입니다.
chat-refund-told-refunded = ✅ 스타 { $stars }개를 환불해 드렸습니다. { $credits }크레딧은 회수되었습니다.
chat-refund-told-stars = ✅ 스타 { $stars }개를 환불해 드렸습니다.
chat-refund-told-refused = 스타 { $stars }개의 환불 요청이 거절되었습니다. 더 하실 말씀이 있으면 /paysupport 를 이용해 주세요.
chat-refund-told-failed = 스타 { $stars }개를 환불하지 못했습니다. 크레딧은 그대로이며, 운영자에게 알렸습니다.

chat-credit-usage = 형식: <code>/credit @username +5 이유</code> 또는 <code>/credit 123456789 -2.5 이유</code>
chat-credit-unknown-user = { $who } 님을 알지 못합니다. 봇을 한 번 시작한 분이어야 합니다.
chat-credit-insufficient = 할 수 없습니다. 사용할 수 있는 크레딧이 { $available }뿐입니다.
chat-credit-done = 완료했습니다. { $name } 님은 이제 <b>{ $credits }</b>크레딧을 가지고 있습니다.
chat-credit-given = 🎁 <b>{ $credits }</b>크레딧을 받았습니다: { $reason }
chat-credit-taken = <b>{ $credits }</b>크레딧이 회수되었습니다. 이유: { $reason }

chat-drift = ⚠️ <b>장부와 텔레그램이 다릅니다</b>
    { $detail }

chat-export-caption = 저장된 모든 정보입니다.
chat-forget-warning =
    <b>모두 지울까요?</b>
    이름, 설정, 통계 등 누구인지 알 수 있는 모든 것을 지우고 진행 중인 영상을 취소합니다. 되돌릴 수 없습니다.
chat-forget-credits = <b>{ $credits }</b>크레딧을 잃게 됩니다.
chat-forget-subscriptions = 구독도 끝납니다. 텔레그램이 더 이상 결제하지 않도록 요청합니다.
chat-forget-yes = 모두 지우기
chat-forget-no = 그대로 두기
chat-forget-debt = 결제가 취소되어 <b>{ $credits }</b>크레딧이 부족한 상태입니다. 먼저 정산해 주세요: /paysupport
chat-forget-done = 완료했습니다. 모든 정보가 지워졌습니다. /start 로 새로 시작할 수 있습니다.
chat-forget-kept = 아무것도 지우지 않았습니다.
chat-button-expired = 기한이 지난 버튼입니다.
