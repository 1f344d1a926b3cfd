# The texts of signals. Markup is Telegram's HTML; arguments are escaped. $asset, $model and the like come from outside.

signals-topic-signal = Trading signals
signals-topic-price = Price alerts
signals-topic-report = Performance reports
signals-topic-source = Silent signal sources

# === A signal ===
signals-head-buy = 🟢 <b>BUY { $asset }</b>
signals-head-sell = 🔴 <b>SELL { $asset }</b>
signals-head-close = ⚪️ <b>CLOSE { $asset }</b>
signals-head-alert = 🔔 <b>ALERT { $asset }</b>
signals-demo = 🧪 <i>Demo: made up by a random walk</i>
signals-demo-short = demo
signals-direction-buy = Direction: <b>long</b> ↗️
signals-direction-sell = Direction: <b>short</b> ↘️
signals-level-entry = Entry: <b>{ $price }</b>
signals-level-target = Target: <b>{ $price }</b>
signals-level-target-move = Target: <b>{ $price }</b> ({ $move })
signals-level-stop = Stop: <b>{ $price }</b>
signals-level-stop-move = Stop: <b>{ $price }</b> ({ $move })
signals-reward = Reward to risk: <b>{ $ratio }</b>
signals-confidence = Confidence: <b>{ $confidence }</b> { $bar }
signals-time = 🕒 { $time }
signals-model = Model: { $model }
signals-category = Category: { $category }
signals-more-notes = … and { $count } more { $count ->
    [one] note
   *[other] notes
  }
signals-compact-stop = · SL { $price }{ $move }
signals-at-price = { " " }at { $price }
signals-outcome-target = ✅ <b>Target reached</b>{ $at }{ $has ->
    [yes] : <b>{ $earned }</b>
   *[no] {""}
  }
signals-outcome-stop = 🛑 <b>Stopped out</b>{ $at }{ $has ->
    [yes] : <b>{ $earned }</b>
   *[no] {""}
  }
signals-outcome-closed = 🏁 <b>Closed</b>{ $at }{ $has ->
    [yes] : <b>{ $earned }</b>
   *[no] {""}
  }
signals-outcome-expired = ⌛️ <b>Expired</b>{ $at }{ $has ->
    [yes] : <b>{ $earned }</b>
   *[no] {""}
  }
signals-cancelled = 🚫 <b>Cancelled:</b> please do not act on it
signals-cancelled-because = 🚫 <b>Cancelled:</b> { $reason }
signals-corrected = ✏️ <i>Corrected: this is the valid version</i>
signals-news-buy = BUY <b>{ $asset }</b>
signals-news-sell = SELL <b>{ $asset }</b>
signals-news-close = CLOSE <b>{ $asset }</b>
signals-news-alert = ALERT <b>{ $asset }</b>
signals-button-took = ✅ Took it
signals-button-skip = ⏭ Skip
signals-button-chart = 📈 Chart
signals-button-mute = 🔇 Mute asset

# === Charts ===
signals-chart-subtitle = { $type ->
    [buy] Buy
    [sell] Sell
    [close] Close
   *[alert] Alert
  } · confidence { $confidence } · { $zone }
signals-chart-entry = Entry { $price }
signals-chart-target = Target { $price }
signals-chart-stop = Stop { $price }

# === What else is told ===
signals-price-alert-above = 🔔 <b>{ $asset } is at { $price }</b>
    It has risen to your alert at { $wanted }.
signals-price-alert-below = 🔔 <b>{ $asset } is at { $price }</b>
    It has fallen to your alert at { $wanted }.
signals-source-silent = 🔇 <b>No signal from { $source }</b> for { $minutes } minutes. One is expected every { $expected } minutes.
signals-source-never = 🔇 <b>No signal from { $source }</b> yet. One is expected every { $expected } minutes.
signals-source-back = ✅ <b>{ $source } is back</b> after { $minutes } minutes of silence.
signals-report-daily = 📊 <b>Your day with signals</b> · { $from } – { $to }
signals-report-weekly = 📊 <b>Your week with signals</b> · { $from } – { $to }
signals-report-monthly = 📊 <b>Your month with signals</b> · { $from } – { $to }

# === Performance ===
signals-performance-none = No signal ended in this time, so there is nothing to count yet.
signals-performance-unpriced = { $unpriced } { $unpriced ->
    [one] signal
   *[other] signals
  } ended in this time, but without prices: a return cannot be computed.
signals-performance-summary =
    Signals with an outcome: <b>{ $count }</b>
    Win rate: <b>{ $winRate }</b>
    Sum of returns: <b>{ $total }</b>
    Average: <b>{ $average }</b> · median: <b>{ $median }</b>
    Profit factor: <b>{ $factor }</b>
    Largest drawdown: <b>{ $drawdown }</b>
signals-performance-by-model = <b>By model</b>
signals-performance-by-asset = <b>By asset</b>
signals-performance-by-confidence = <b>By confidence</b>
signals-performance-line = • { $name }: { $winRate } of { $count }, average { $average }
