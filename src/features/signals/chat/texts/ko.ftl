# 시그널의 문구. 마크업은 텔레그램 HTML이며, 인자는 이스케이프된다. $asset, $model 등은 외부에서 온다.

signals-topic-signal = 매매 시그널
signals-topic-price = 가격 알림
signals-topic-report = 성과 보고
signals-topic-source = 멈춘 시그널 제공처

# === 시그널 ===
# 한국 증시의 관례대로 빨강은 매수(상승), 파랑은 매도(하락)이다.
signals-head-buy = 🔴 <b>매수 { $asset }</b>
signals-head-sell = 🔵 <b>매도 { $asset }</b>
signals-head-close = ⚪️ <b>청산 { $asset }</b>
signals-head-alert = 🔔 <b>알림 { $asset }</b>
signals-demo = 🧪 <i>데모: 무작위로 만든 시그널입니다</i>
signals-demo-short = 데모
signals-direction-buy = 방향: <b>롱</b>
signals-direction-sell = 방향: <b>숏</b>
signals-level-entry = 진입가: <b>{ $price }</b>
signals-level-target = 목표가: <b>{ $price }</b>
signals-level-target-move = 목표가: <b>{ $price }</b> ({ $move })
signals-level-stop = 손절가: <b>{ $price }</b>
signals-level-stop-move = 손절가: <b>{ $price }</b> ({ $move })
signals-reward = 손익비: <b>{ $ratio }</b>
signals-confidence = 신뢰도: <b>{ $confidence }</b> { $bar }
signals-time = 🕒 { $time }
signals-model = 모델: { $model }
signals-category = 분류: { $category }
signals-more-notes = … 외 메모 { $count }개
signals-compact-stop = · 손절 { $price }{ $move }
signals-at-price = { " " }({ $price })
signals-outcome-target = ✅ <b>목표가 도달</b>{ $at }{ $has ->
    [yes] : <b>{ $earned }</b>
   *[no] {""}
  }
signals-outcome-stop = 🛑 <b>손절</b>{ $at }{ $has ->
    [yes] : <b>{ $earned }</b>
   *[no] {""}
  }
signals-outcome-closed = 🏁 <b>청산</b>{ $at }{ $has ->
    [yes] : <b>{ $earned }</b>
   *[no] {""}
  }
signals-outcome-expired = ⌛️ <b>유효 기간 만료</b>{ $at }{ $has ->
    [yes] : <b>{ $earned }</b>
   *[no] {""}
  }
signals-cancelled = 🚫 <b>취소됨:</b> 이 시그널로 매매하지 마세요
signals-cancelled-because = 🚫 <b>취소됨:</b> { $reason }
signals-corrected = ✏️ <i>정정됨: 이 내용이 유효합니다</i>
signals-news-buy = 매수 <b>{ $asset }</b>
signals-news-sell = 매도 <b>{ $asset }</b>
signals-news-close = 청산 <b>{ $asset }</b>
signals-news-alert = 알림 <b>{ $asset }</b>
signals-button-took = ✅ 진입했어요
signals-button-skip = ⏭ 건너뛰기
signals-button-chart = 📈 차트
signals-button-mute = 🔇 이 종목 끄기

# === 차트 ===
signals-chart-subtitle = { $type ->
    [buy] 매수
    [sell] 매도
    [close] 청산
   *[alert] 알림
  } · 신뢰도 { $confidence } · { $zone }
signals-chart-entry = 진입 { $price }
signals-chart-target = 목표 { $price }
signals-chart-stop = 손절 { $price }

# === 그 밖의 알림 ===
signals-price-alert-above = 🔔 <b>{ $asset } 현재가 { $price }</b>
    설정하신 { $wanted } 이상으로 올랐습니다.
signals-price-alert-below = 🔔 <b>{ $asset } 현재가 { $price }</b>
    설정하신 { $wanted } 이하로 내렸습니다.
signals-source-silent = 🔇 <b>{ $source }</b>에서 { $minutes }분째 시그널이 없습니다. 예상 간격은 { $expected }분입니다.
signals-source-never = 🔇 <b>{ $source }</b>에서 아직 시그널이 없습니다. 예상 간격은 { $expected }분입니다.
signals-source-back = ✅ <b>{ $source }</b>에서 { $minutes }분 만에 시그널이 다시 왔습니다.
signals-report-daily = 📊 <b>일간 시그널 성과</b> · { $from } – { $to }
signals-report-weekly = 📊 <b>주간 시그널 성과</b> · { $from } – { $to }
signals-report-monthly = 📊 <b>월간 시그널 성과</b> · { $from } – { $to }

# === 성과 ===
signals-performance-none = 이 기간에 끝난 시그널이 없어 아직 집계할 것이 없습니다.
signals-performance-unpriced = 이 기간에 시그널 { $unpriced }건이 끝났지만 가격이 없어 수익률을 계산할 수 없습니다.
signals-performance-summary =
    결과가 나온 시그널: <b>{ $count }</b>건
    승률: <b>{ $winRate }</b>
    수익률 합계: <b>{ $total }</b>
    평균: <b>{ $average }</b> · 중앙값: <b>{ $median }</b>
    프로핏 팩터: <b>{ $factor }</b>
    최대 낙폭: <b>{ $drawdown }</b>
signals-performance-by-model = <b>모델별</b>
signals-performance-by-asset = <b>종목별</b>
signals-performance-by-confidence = <b>신뢰도별</b>
signals-performance-line = • { $name } ({ $count }): 승률 { $winRate }, ø { $average }

# === 필터 ===
signals-type-buy = 매수
signals-type-sell = 매도
signals-type-close = 청산
signals-type-alert = 알림
signals-filter-every-type = 모든 종류의 시그널
signals-filter-types = { $types } 시그널
signals-filter-confidence = 신뢰도 <b>{ $confidence }</b> 이상
signals-filter-assets = { $assets }만
signals-filter-timeframes = { $timeframes } 주기
signals-filter-models = { $models } 모델
signals-filter-more = 외 { $count }개
signals-filter-now = 🎚 <b>현재 필터</b>
signals-filter-set = ✅ <b>필터를 저장했습니다</b>
signals-filter-count = 최근 7일 시그널 { $total }건 중 <b>{ $passed }건</b>이 통과했을 것입니다.
signals-filter-no-signals = 최근 7일 동안 시그널이 없어 미리 계산할 수 없습니다.
signals-filter-not-subscribed = 아직 구독하지 않았습니다: /subscribe
signals-filter-help = 예: <code>/filter confidence:80 type:buy,sell asset:BTC/USD timeframe:1H</code> 또는 <code>/filter 신뢰도:80 유형:매수</code>. 적지 않은 조건은 그대로입니다. <code>asset:any</code>는 그 조건을, <code>/filter reset</code>은 모든 조건을 지웁니다.
signals-button-reset-filter = ↩️ 필터 초기화
signals-button-without-types = 유형 조건 빼기 ({ $more }건 통과)
signals-button-without-minconfidence = 신뢰도 조건 빼기 ({ $more }건 통과)
signals-button-without-assets = 종목 조건 빼기 ({ $more }건 통과)
signals-button-without-timeframes = 주기 조건 빼기 ({ $more }건 통과)
signals-button-without-models = 모델 조건 빼기 ({ $more }건 통과)
signals-mistake-unknown-key = “{ $found }”은(는) 알 수 없는 조건입니다. <code>confidence</code>, <code>type</code>, <code>asset</code>, <code>timeframe</code>, <code>model</code>을 쓸 수 있습니다.
signals-mistake-no-colon = “{ $found }”만으로는 알 수 없습니다. 조건 이름, 콜론, 값의 순서로 적어 주세요.
signals-mistake-no-value = 여기에 값이 빠졌습니다.
signals-mistake-open-quote = 따옴표가 닫히지 않았습니다.
signals-mistake-repeated = 같은 조건이 두 번 있습니다. 값이 여러 개면 쉼표로 나누어 주세요.
signals-mistake-confidence = 신뢰도는 0부터 100까지의 정수 하나입니다.
signals-mistake-type = “{ $found }” 유형은 없습니다. <code>buy</code>, <code>sell</code>, <code>close</code>, <code>alert</code> 중에서 고르세요.
signals-mistake-asset = 종목은 <code>BTC/USD</code>, <code>AAPL</code> 같은 이름입니다.
signals-mistake-timeframe = 주기는 <code>15m</code>, <code>1H</code>, <code>4H</code>, <code>1D</code>처럼 숫자와 단위로 적습니다.
signals-mistake-model = 이름이 너무 깁니다.
signals-mistake-too-many = 너무 많습니다. 최대 50개입니다.
signals-mistake-suggestion = 혹시 <code>{ $suggestion }</code>인가요?

# === 구독 ===
signals-command-subscribe = 매매 시그널 받기
signals-command-unsubscribe = 시그널 그만 받기
signals-command-filter = 받을 시그널 고르기
signals-command-signals = 최근 시그널
signals-command-performance = 시그널 성과
signals-command-portfolio = 내가 진입한 시그널
signals-command-alert = 가격 도달 알림
signals-command-why = 시그널을 받았거나 받지 못한 이유
signals-state-on = 시그널: <b>받는 중</b>
signals-state-off = 시그널: <b>받지 않음</b>
signals-state-until = 시그널: <b>받는 중</b> ({ $day }까지)
signals-state-over = 시그널: <b>구독 기간이 끝났습니다</b> ({ $day })
signals-line-filter = 필터: { $filter }
signals-line-hours = 시간: <b>{ $hours }</b>
signals-line-format = 형식: <b>{ $format }</b>
signals-line-report = 성과 보고: <b>{ $report }</b>
signals-line-muted = 꺼 둔 종목: { $assets }
# A monthly plan, among others in /buy.
signals-premium-title = 프리미엄 시그널
signals-tier-everybody = 시그널이 바로 도착합니다.
signals-tier-free = 등급: <b>무료</b> (시그널이 { $minutes }분 늦게 도착합니다){ $isSold ->
    [yes] {""}, 프리미엄으로 바로 받기: /buy
   *[no] {""}
  }
signals-tier-premium = 등급: <b>프리미엄</b> ({ $day }까지, 시그널이 바로 도착합니다)
signals-hours-always = 항상
signals-hours-range = { $range } ({ $mode })
signals-hours-hold = 그 밖의 시간에는 보관했다가 전달
signals-hours-silent = 그 밖의 시간에는 무음
signals-hours-drop = 그 밖의 시간에는 받지 않음
signals-format-detailed = 자세히
signals-format-compact = 간단히
signals-period-none = 받지 않음
signals-period-daily = 매일 { $time }
signals-period-weekly = 매주 월요일 { $time }
signals-period-monthly = 매월 1일 { $time }
signals-subscribed = ✅ <b>매매 시그널을 구독했습니다.</b>
signals-subscribed-already = ✅ <b>이미 구독 중입니다.</b>
signals-subscribed-next = /filter 로 범위를 좁히고, /signals 로 최근 시그널을 보고, /unsubscribe 로 그만 받을 수 있습니다.
signals-subscribed-shared = 그룹 관리자는 <code>/filter</code>와 <code>/unsubscribe</code>로 바꿀 수 있습니다.
signals-unsubscribed = 이제 시그널을 보내지 않습니다. 설정은 그대로 두었으니 /subscribe 로 다시 시작할 수 있습니다.
signals-unsubscribed-already = 구독하고 있지 않습니다. /subscribe 로 시작하세요.

# === 설정 ===
signals-settings-title = 📈 <b>매매 시그널</b>
signals-button-settings = 📈 시그널
signals-button-back = ‹ 뒤로
signals-button-detailed = 📝 자세히
signals-button-compact = 📝 간단히
signals-button-hours = 🕗 받는 시간
signals-button-report = 📊 성과 보고
signals-button-muted = 🔇 꺼 둔 종목
signals-button-subscribe = ✅ 구독하기
signals-button-unsubscribe = 구독 해지
signals-button-always = 항상
signals-button-other-hours = 직접 입력…
signals-button-hold = 그 밖에는 보관했다가 받기
signals-button-silent = 그 밖에는 무음으로 받기
signals-button-drop = 그 밖에는 받지 않기
signals-button-none = 받지 않기
signals-button-daily = 매일
signals-button-weekly = 매주 월요일
signals-button-monthly = 매월 1일
signals-choose-hours = 언제 시그널을 받을까요? 현재: <b>{ $hours }</b> ({ $zone } 기준)
signals-hours-type = 시그널을 받을 시간을 입력하세요. 예: <code>08:00-22:00</code>, <code>22-6</code>
signals-hours-not-understood = 시간을 이해하지 못했습니다. <code>08:00-22:00</code>처럼 서로 다른 두 시각을 입력하세요.
signals-choose-report = 시그널 성과를 얼마나 자주 알려 드릴까요? 현재: <b>{ $report }</b>
signals-choose-muted = 꺼 둔 종목입니다. 누르면 다시 받습니다.
signals-muted-none = 꺼 둔 종목이 없습니다.

# === 시작 ===
signals-start-new = 📈 원하는 대로 골라 받는 <b>매매 시그널</b>입니다. 이어서 몇 가지를 여쭤보겠습니다.
signals-start-on = 📈 <b>매매 시그널</b>을 받는 중입니다: { $filter }. /signals 로 최근 시그널을 볼 수 있습니다.
signals-start-off = 📈 <b>매매 시그널</b>을 받지 않고 있습니다.
signals-onboarding-welcome =
    📈 <b>매매 시그널</b>
    지금 설정할까요? 짧은 질문 네 가지이며, 모두 건너뛸 수 있고 나중에 바꿀 수 있습니다.
signals-onboarding-welcome-free =
    📈 <b>매매 시그널</b>
    지금 설정할까요? 짧은 질문 네 가지이며, 모두 건너뛸 수 있고 나중에 바꿀 수 있습니다.
    무료로는 { $minutes }분 늦게, 프리미엄으로는 바로 도착합니다.
signals-onboarding-language = <b>1/4</b> · 어떤 언어로 말할까요?
signals-onboarding-zone = <b>1/4</b> · 어디에 계신가요? 시각을 <b>{ $zone }</b> 기준으로 표시합니다. 지금: { $time }
signals-onboarding-type-zone = 시간대 이름을 입력하세요. 예: <code>Asia/Seoul</code>, <code>Europe/Paris</code>
signals-onboarding-unknown-zone = “{ $zone }” 시간대를 찾을 수 없습니다. <code>Asia/Seoul</code>, <code>America/New_York</code> 같은 이름을 입력하세요.
signals-onboarding-types = <b>2/4</b> · 어떤 시그널을 받을까요?
signals-onboarding-one-type = 적어도 한 가지는 남겨 두어야 합니다.
signals-onboarding-confidence = <b>3/4</b> · 신뢰도가 얼마 이상인 시그널만 받을까요? 시그널마다 모델이 얼마나 확신하는지 0–100%로 표시됩니다.
signals-onboarding-hours = <b>4/4</b> · 언제 시그널을 받을까요? ({ $zone } 기준)
signals-onboarding-later = 알겠습니다. 원하실 때 /subscribe 로 시작하세요.
signals-button-begin = 🚀 설정하기
signals-button-at-once = 바로 구독
signals-button-later = 나중에
signals-button-skip-step = 건너뛰기 ›
signals-button-next = 다음 ›
signals-button-other-zone = 다른 곳…
signals-button-type-buy = 매수
signals-button-type-sell = 매도
signals-button-type-close = 청산
signals-button-type-alert = 알림
signals-button-any-confidence = 상관없음

# === 조회 ===
signals-status-alerts = 대기 중인 가격 알림: <b>{ $count }개</b>
signals-list-title = 📈 <b>최근 시그널</b>
signals-list-title-free = 📈 <b>최근 시그널</b> (무료 등급은 { $minutes }분 늦게 표시)
signals-list-none = 아직 시그널이 없습니다.
signals-list-usage = 1부터 20까지의 수를 적어 주세요: <code>/signals 10</code>
signals-button-newest = « 최신
signals-button-older = 이전 ›
signals-performance-title = 📊 <b>시그널 성과</b> · 최근 { $days }일
signals-performance-fee = <i>거래마다 수수료 { $fee }%를 빼고 같은 금액으로 계산했으며, 결과가 나온 시그널만 집계했습니다. 과거의 성과가 미래를 보장하지 않습니다.</i>
signals-performance-usage = 일수를 적어 주세요: <code>/performance 30</code>
signals-no-model = 모델 없음
signals-chart-performance = 최근 { $days }일
signals-chart-win-rate = 수익률 합계 · 승률 { $winRate } · { $count }건
signals-no-chart = 그릴 것이 없습니다. 시그널에 캔들이 없고, 이 종목의 가격도 알려지지 않았습니다.
signals-portfolio-empty = 아직 비어 있습니다. 시그널 아래의 <b>✅ 진입했어요</b>를 누르면 대신 지켜보겠습니다.
signals-portfolio-title = 💼 <b>내 포트폴리오</b> · 보유 { $open }, 종료 { $closed }
signals-portfolio-open = <b>보유 중</b>
signals-portfolio-closed = <b>종료</b>
signals-portfolio-more = … 외 { $count }개
signals-portfolio-sum = 종료된 거래 합계: <b>{ $sum }</b>, { $count }건 중 { $wins }건 수익

# === 가격 알림 ===
signals-alert-help = 예: <code>/alert BTC/USD &gt; 50000</code>, <code>/alert ETH/USD 이하 2,500</code>
signals-alert-none = 가격 알림이 없습니다.
signals-alert-list = 🔔 <b>가격 알림 { $count }개</b>. 누르면 지워집니다.
signals-alert-set-above = 🔔 <b>{ $asset }</b>의 가격이 { $price } 이상이 되면 한 번 알려 드립니다.
signals-alert-set-below = 🔔 <b>{ $asset }</b>의 가격이 { $price } 이하가 되면 한 번 알려 드립니다.
signals-alert-remove-above = ❌ { $asset } ≥ { $price }
signals-alert-remove-below = ❌ { $asset } ≤ { $price }
signals-alert-removed = 지웠습니다.
signals-alert-gone = 이미 없는 알림입니다.
signals-alert-too-many = 이미 알림 { $most }개가 대기 중입니다. 먼저 하나를 지워 주세요: /alert
signals-alert-mistake-asset = <code>BTC/USD</code> 같은 종목을 먼저 적어 주세요.
signals-alert-mistake-direction = 종목 다음에는 <code>&gt;</code> 또는 <code>&lt;</code>를 적어 주세요.
signals-alert-mistake-price = 여기에는 <code>50000</code>, <code>0.00001234</code> 같은 가격이 와야 합니다.
signals-alert-mistake-rest = 여기부터는 필요 없는 내용입니다.

# === 시그널 아래의 버튼 ===
signals-button-taken = ☑️ 진입함
signals-button-skipped = ☑️ 건너뜀
signals-taken = /portfolio 에 담았습니다.
signals-taken-at = { $price }에 진입한 것으로 /portfolio 에 담았습니다.
signals-skipped = 건너뛰었습니다.
signals-over = 이미 끝난 시그널입니다.
signals-muted = { $asset } 시그널을 더 이상 받지 않습니다. 한 번 더 누르거나 /settings 에서 되돌릴 수 있습니다.
signals-unmuted = { $asset } 시그널을 다시 받습니다.
signals-drawing = 그리는 중입니다…
signals-signal-gone = 더 이상 없는 시그널입니다.

# === 그룹과 채널 ===
signals-group-admins-only = 그룹 관리자만 바꿀 수 있습니다.
signals-unknown-chat = 바꿀 수 있는 그룹이나 채널 중에 { $id }은(는) 없습니다.
signals-channel-offer = 📣 이제 <b>{ $title }</b> 채널의 관리자입니다. 채널에 시그널을 올릴까요?
signals-button-subscribe-channel = ✅ 시그널 올리기

# === 이유 ===
signals-why-usage = 알 수 없는 시그널입니다. 시그널 메시지에 /why 로 답장하거나 번호를 적어 주세요: <code>/why 123</code>
signals-why-came = 접수: { $time }
signals-why-delivered-free = ✅ 필터를 통과해 <b>{ $at }</b>에 보내 드렸습니다. 접수 { $after } 후이며, 무료 등급입니다.
signals-why-delivered-premium = ✅ 필터를 통과해 <b>{ $at }</b>에 보내 드렸습니다. 접수 { $after } 후입니다.
signals-why-seconds = { $seconds }초
signals-why-minutes = { $minutes }분
signals-why-read = { $at }에 처음으로 버튼을 누르셨습니다.
signals-why-waiting-tier = ⏳ 필터를 통과했고, 무료 등급의 지연 시간을 기다리고 있습니다.
signals-why-waiting-hours = ⏳ 필터를 통과했고, 설정하신 시간이 되기를 기다리고 있습니다.
signals-why-waiting-quiet_hours = ⏳ 필터를 통과했고, 방해 금지 시간이 끝나기를 기다리고 있습니다.
signals-why-waiting-queue = ⏳ 필터를 통과해 보내는 중입니다.
signals-why-until = <b>{ $at }</b> 이후에 도착합니다.
signals-why-suppressed = 🔕 필터는 통과했지만 보내지 않았습니다. 시그널 알림이 꺼져 있거나 메시지를 보낼 수 없었습니다.
signals-why-expired = ⌛️ 필터는 통과했지만 보내기 전에 유효 기간이 끝났습니다.
signals-why-failed = ❌ 필터는 통과했지만 텔레그램이 메시지를 거절했습니다.
signals-why-unknown = ❓ 필터는 통과했지만 보내는 도중 연결이 끊겨 도착 여부를 알 수 없습니다. 시그널은 두 번 보내지 않습니다.
signals-why-reason = 이유: { $reason }
signals-why-when = 결정된 시각: { $at }
signals-why-changed = <i>시그널이 온 뒤 { $at }에 설정을 바꾸셨습니다. 위 내용은 지금의 설정을 따른 것입니다.</i>
signals-why-rule-not_subscribed = 🚫 구독하고 있지 않습니다: /subscribe
signals-why-rule-none = 지금 설정으로는 막을 이유가 없습니다. 시그널이 왔을 때는 설정이 달랐을 수 있습니다.
signals-why-rule-subscribed_later = 🚫 구독하시기 전에 온 시그널입니다. 구독 시각: { $at }
signals-why-rule-unsubscribed = 🚫 구독을 해지한 상태였습니다. 해지 시각: { $at }
signals-why-rule-subscription_ended = 🚫 구독 기간이 끝난 상태였습니다. 종료 시각: { $at }
signals-why-rule-signal_expired = ⌛️ 도착하기 전에 유효 기간이 끝나는 시그널이었습니다. 만료 시각: { $at }
signals-why-rule-type = 🚫 필터는 { $wanted } 시그널만 받는데, { $was } 시그널이었습니다.
signals-why-rule-asset = 🚫 필터는 { $wanted }만 받는데, { $was } 시그널이었습니다.
signals-why-rule-timeframe = 🚫 필터는 { $wanted } 주기만 받는데, { $was } 시그널이었습니다.
signals-why-rule-model = 🚫 필터는 { $wanted } 모델만 받는데, { $was } 모델의 시그널이었습니다.
signals-why-rule-confidence = 🚫 필터는 신뢰도 { $wanted } 이상만 받는데, { $was }였습니다.
signals-why-rule-asset_muted = 🔇 { $asset } 종목을 꺼 두셨습니다. /settings 에서 되돌릴 수 있습니다.
signals-why-rule-hours = 🌙 설정하신 시간({ $range }) 밖인 { $at }({ $zone })에 왔고, 그런 시그널은 받지 않도록 하셨습니다.

signals-admin = 📈 시그널
signals-admin-glance = 📈 오늘 시그널 { $today }건, 구독자 { $subscribers }명
signals-admin-title = 📈 <b>시그널</b>
signals-admin-overview =
    구독자: <b>{ $subscribers }</b>
    오늘 시그널: <b>{ $today }</b>, 보낸 채팅 { $reached }
    결과 대기: { $open }
