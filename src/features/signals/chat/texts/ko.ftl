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
signals-direction-buy = 방향: <b>롱</b> ↗️
signals-direction-sell = 방향: <b>숏</b> ↘️
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
signals-performance-line = • { $name }: { $count }건, 승률 { $winRate }, 평균 { $average }
