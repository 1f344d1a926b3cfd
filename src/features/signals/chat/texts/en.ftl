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
signals-direction-buy = Direction: <b>long</b>
signals-direction-sell = Direction: <b>short</b>
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
signals-performance-line = • { $name } ({ $count }): { $winRate } won, ø { $average }

# === Filters ===
signals-type-buy = buy
signals-type-sell = sell
signals-type-close = close
signals-type-alert = alert
signals-filter-every-type = every kind of signal
signals-filter-types = { $types } signals
signals-filter-confidence = confidence <b>{ $confidence }</b> or more
signals-filter-assets = only { $assets }
signals-filter-timeframes = on { $timeframes }
signals-filter-models = from { $models }
signals-filter-more = { $count } more
signals-filter-now = 🎚 <b>Your filter</b>
signals-filter-set = ✅ <b>Your filter is set</b>
signals-filter-count = Of the last 7 days' signals <b>{ $passed } of { $total }</b> would have passed.
signals-filter-no-signals = There were no signals in the last 7 days to try it on.
signals-filter-not-subscribed = You are not subscribed yet: /subscribe
signals-filter-help = Such as <code>/filter confidence:80 type:buy,sell asset:BTC/USD timeframe:1H</code>. What you leave out stays; <code>asset:any</code> takes a condition away, <code>/filter reset</code> all of them.
signals-button-reset-filter = ↩️ Reset the filter
signals-button-without-types = Any type ({ $more } pass)
signals-button-without-minconfidence = Any confidence ({ $more } pass)
signals-button-without-assets = Any asset ({ $more } pass)
signals-button-without-timeframes = Any timeframe ({ $more } pass)
signals-button-without-models = Any model ({ $more } pass)
signals-mistake-unknown-key = I do not know “{ $found }”. There are <code>confidence</code>, <code>type</code>, <code>asset</code>, <code>timeframe</code> and <code>model</code>.
signals-mistake-no-colon = “{ $found }” stands alone: a condition is a name, a colon and what you want.
signals-mistake-no-value = Something is missing here.
signals-mistake-open-quote = This quotation mark is never closed.
signals-mistake-repeated = This condition stands here twice; several values are parted by commas.
signals-mistake-confidence = A confidence is one whole number from 0 to 100.
signals-mistake-type = “{ $found }” is no type. There are <code>buy</code>, <code>sell</code>, <code>close</code> and <code>alert</code>.
signals-mistake-asset = An asset is a name such as <code>BTC/USD</code> or <code>AAPL</code>.
signals-mistake-timeframe = A timeframe is a number and a unit, such as <code>15m</code>, <code>1H</code>, <code>4H</code>, <code>1D</code>.
signals-mistake-model = This name is too long.
signals-mistake-too-many = These are too many: at most 50.
signals-mistake-suggestion = Did you mean <code>{ $suggestion }</code>?

# === Subscribing ===
signals-command-subscribe = Get trading signals
signals-command-unsubscribe = Get no more signals
signals-command-filter = Which signals you get
signals-command-signals = The latest signals
signals-command-performance = How the signals did
signals-command-portfolio = The signals you took
signals-command-alert = Tell me when a price is reached
signals-command-why = Why you got a signal, or did not
signals-state-on = Signals: <b>on</b>
signals-state-off = Signals: <b>off</b>
signals-state-until = Signals: <b>on</b> until { $day }
signals-state-over = Signals: <b>your subscription has ended</b> ({ $day })
signals-line-filter = Filter: { $filter }
signals-line-hours = Hours: <b>{ $hours }</b>
signals-line-format = Format: <b>{ $format }</b>
signals-line-report = Performance report: <b>{ $report }</b>
signals-line-muted = Muted: { $assets }
# A monthly plan, among others in /buy.
signals-premium-title = Premium signals
signals-tier-everybody = Signals reach you at once.
signals-tier-free = Tier: <b>free</b>, signals reach you { $minutes } minutes later{ $isSold ->
    [yes] {""}; at once with premium: /buy
   *[no] {""}
  }
signals-tier-premium = Tier: <b>premium</b> until { $day }, signals reach you at once
signals-hours-always = always
signals-hours-range = { $range } ({ $mode })
signals-hours-hold = the others wait
signals-hours-silent = the others come silently
signals-hours-drop = the others are dropped
signals-format-detailed = detailed
signals-format-compact = compact
signals-period-none = none
signals-period-daily = every day at { $time }
signals-period-weekly = Mondays at { $time }
signals-period-monthly = on the 1st at { $time }
signals-subscribed = ✅ <b>You are subscribed to trading signals.</b>
signals-subscribed-already = ✅ <b>You are subscribed already.</b>
signals-subscribed-next = /filter narrows them down, /signals shows the latest, /unsubscribe ends it.
signals-subscribed-shared = Group admins change it with <code>/filter</code> and <code>/unsubscribe</code>.
signals-unsubscribed = You get no more signals. Everything you chose is kept: /subscribe takes it up again.
signals-unsubscribed-already = You are not subscribed. /subscribe begins.

# === Settings ===
signals-settings-title = 📈 <b>Trading signals</b>
signals-button-settings = 📈 Signals
signals-button-back = ‹ Back
signals-button-detailed = 📝 Detailed
signals-button-compact = 📝 Compact
signals-button-hours = 🕗 Hours
signals-button-report = 📊 Reports
signals-button-muted = 🔇 Muted assets
signals-button-subscribe = ✅ Subscribe
signals-button-unsubscribe = Unsubscribe
signals-button-always = Always
signals-button-other-hours = Other hours…
signals-button-hold = Others wait until then
signals-button-silent = Others come silently
signals-button-drop = Others are dropped
signals-button-none = None
signals-button-daily = Every day
signals-button-weekly = Mondays
signals-button-monthly = On the 1st
signals-choose-hours = When do you want signals? Now: <b>{ $hours }</b>, by the clock in { $zone }.
signals-hours-type = Type when you want signals, such as <code>08:00-22:00</code> or <code>22-6</code>.
signals-hours-not-understood = I do not understand these hours. Expected two different times such as <code>08:00-22:00</code>.
signals-choose-report = How often shall I report how the signals did? Now: <b>{ $report }</b>.
signals-choose-muted = These assets are muted. Press one to hear of it again.
signals-muted-none = No asset is muted.

# === Start ===
signals-start-new = 📈 <b>Trading signals</b>, filtered the way you want them. A few questions follow.
signals-start-on = 📈 <b>Trading signals</b> are on: { $filter }. /signals shows the latest.
signals-start-off = 📈 <b>Trading signals</b> are off.
signals-onboarding-welcome =
    📈 <b>Trading signals</b>
    Shall I set them up for you? Four short questions; each can be skipped, and everything can be changed later.
signals-onboarding-welcome-free =
    📈 <b>Trading signals</b>
    Shall I set them up for you? Four short questions; each can be skipped, and everything can be changed later.
    Free of charge they reach you { $minutes } minutes late, premium at once.
signals-onboarding-language = <b>1/4</b> · Which language shall I speak?
signals-onboarding-zone = <b>1/4</b> · Where are you? Times are shown by the clock of <b>{ $zone }</b>: now { $time }.
signals-onboarding-type-zone = Type the name of your time zone, such as <code>Asia/Seoul</code> or <code>Europe/Paris</code>.
signals-onboarding-unknown-zone = I do not know the time zone “{ $zone }”. Expected a name such as <code>Asia/Seoul</code> or <code>America/New_York</code>.
signals-onboarding-types = <b>2/4</b> · Which signals do you want?
signals-onboarding-one-type = At least one kind has to stay.
signals-onboarding-confidence = <b>3/4</b> · How sure must a signal be? Each says how confident its model is, from 0 to 100%.
signals-onboarding-hours = <b>4/4</b> · When do you want signals, by the clock in { $zone }?
signals-onboarding-later = All right. Whenever you like: /subscribe
signals-button-begin = 🚀 Set up
signals-button-at-once = Just subscribe
signals-button-later = Not now
signals-button-skip-step = Skip ›
signals-button-next = Next ›
signals-button-other-zone = Another one…
signals-button-type-buy = Buy
signals-button-type-sell = Sell
signals-button-type-close = Close
signals-button-type-alert = Alert
signals-button-any-confidence = Any

# === What is asked for ===
signals-status-alerts = Price alerts waiting: <b>{ $count }</b>
signals-list-title = 📈 <b>The latest signals</b>
signals-list-title-free = 📈 <b>The latest signals</b>, { $minutes } minutes late in the free tier
signals-list-none = There are no signals here yet.
signals-list-usage = Expected a number from 1 to 20: <code>/signals 10</code>
signals-button-newest = « Newest
signals-button-older = Older ›
signals-performance-title = 📊 <b>How the signals did</b> · last { $days } { $days ->
    [one] day
   *[other] days
  }
signals-performance-fee = <i>After { $fee }% fees per trade, each with the same stake. Only signals with an outcome count. Past results promise nothing.</i>
signals-performance-usage = Expected a number of days: <code>/performance 30</code>
signals-no-model = no model
signals-chart-performance = { $days ->
    [one] Last day
   *[other] Last { $days } days
  }
signals-chart-win-rate = Sum of returns · win rate { $winRate } · { $count } { $count ->
    [one] signal
   *[other] signals
  }
signals-no-chart = There is nothing to draw: the signal came without candles, and no prices of this asset are known.
signals-portfolio-empty = Nothing here yet. Press <b>✅ Took it</b> under a signal, and I follow it for you.
signals-portfolio-title = 💼 <b>Your portfolio</b> · { $open } open, { $closed } closed
signals-portfolio-open = <b>Open</b>
signals-portfolio-closed = <b>Closed</b>
signals-portfolio-more = … and { $count } more
signals-portfolio-sum = Closed ones together: <b>{ $sum }</b>, won { $wins } of { $count }

# === Price alerts ===
signals-alert-help = Such as <code>/alert BTC/USD &gt; 50000</code> or <code>/alert ETH/USD below 2,500</code>.
signals-alert-none = You have no price alerts.
signals-alert-list = 🔔 <b>Your price alerts: { $count }</b>. Press one to remove it.
signals-alert-set-above = 🔔 I tell you once when <b>{ $asset }</b> rises to { $price }.
signals-alert-set-below = 🔔 I tell you once when <b>{ $asset }</b> falls to { $price }.
signals-alert-remove-above = ❌ { $asset } ≥ { $price }
signals-alert-remove-below = ❌ { $asset } ≤ { $price }
signals-alert-removed = Removed.
signals-alert-gone = It is not there any more.
signals-alert-too-many = { $most } alerts are waiting already. Remove one first: /alert
signals-alert-mistake-asset = An asset stands first, such as <code>BTC/USD</code>.
signals-alert-mistake-direction = After the asset stands <code>&gt;</code> or <code>&lt;</code>.
signals-alert-mistake-price = A price is expected here, such as <code>50000</code> or <code>0.00001234</code>.
signals-alert-mistake-rest = Nothing more is expected here.

# === Buttons under a signal ===
signals-button-taken = ☑️ Taken
signals-button-skipped = ☑️ Skipped
signals-taken = In your /portfolio.
signals-taken-at = In your /portfolio, entered at { $price }.
signals-skipped = Skipped.
signals-over = This signal is over.
signals-muted = { $asset } is muted: you get no more signals for it. Press again to take it back, or see /settings.
signals-unmuted = { $asset } is not muted any more.
signals-drawing = Drawing…
signals-signal-gone = This signal is not there any more.

# === Groups and channels ===
signals-group-admins-only = Only the group's admins can change that.
signals-unknown-chat = I know no group or channel { $id } that you may change.
signals-channel-offer = 📣 I am an admin of the channel <b>{ $title }</b> now. Shall I post signals there?
signals-button-subscribe-channel = ✅ Post signals there

# === Why ===
signals-why-usage = I do not know this signal. Answer one of its messages with /why, or give its number: <code>/why 123</code>
signals-why-came = Came in at { $time }
signals-why-delivered-free = ✅ It passed your filter and was sent to you at <b>{ $at }</b>, { $after } after it came in: you are in the free tier.
signals-why-delivered-premium = ✅ It passed your filter and was sent to you at <b>{ $at }</b>, { $after } after it came in.
signals-why-seconds = { $seconds } s
signals-why-minutes = { $minutes } min
signals-why-read = You first pressed one of its buttons at { $at }.
signals-why-waiting-tier = ⏳ It passed your filter and waits for the delay of the free tier.
signals-why-waiting-hours = ⏳ It passed your filter and waits for your hours.
signals-why-waiting-quiet_hours = ⏳ It passed your filter and waits until your quiet hours are over.
signals-why-waiting-queue = ⏳ It passed your filter and is on its way.
signals-why-until = Not before <b>{ $at }</b>.
signals-why-suppressed = 🔕 It passed your filter, but was held back: notifications of signals are switched off, or I could not write to you.
signals-why-expired = ⌛️ It passed your filter, but its time was over before it could be sent.
signals-why-failed = ❌ It passed your filter, but Telegram refused the message.
signals-why-unknown = ❓ It passed your filter, but the connection broke while it was sent, so nobody knows whether it arrived. Signals are not sent twice.
signals-why-reason = Reason: { $reason }
signals-why-when = That was decided at { $at }.
signals-why-changed = <i>You changed your settings after it came, at { $at }: this is what they say now.</i>
signals-why-rule-not_subscribed = 🚫 You are not subscribed: /subscribe
signals-why-rule-none = Nothing in your settings as they are now kept it back. They may have said otherwise when it came.
signals-why-rule-subscribed_later = 🚫 It came before you subscribed, which was at { $at }.
signals-why-rule-unsubscribed = 🚫 You had unsubscribed, at { $at }.
signals-why-rule-subscription_ended = 🚫 Your subscription had ended, at { $at }.
signals-why-rule-signal_expired = ⌛️ It would have reached you after its time was over, at { $at }.
signals-why-rule-type = 🚫 Your filter takes { $wanted } signals; this one says { $was }.
signals-why-rule-asset = 🚫 Your filter takes { $wanted }; it was for { $was }.
signals-why-rule-timeframe = 🚫 Your filter takes the timeframe { $wanted }; it had { $was }.
signals-why-rule-model = 🚫 Your filter takes signals from { $wanted }; it came from { $was }.
signals-why-rule-confidence = 🚫 Your filter takes a confidence of { $wanted } or more; it had { $was }.
signals-why-rule-asset_muted = 🔇 You have muted { $asset }. /settings takes it back.
signals-why-rule-hours = 🌙 It came outside your hours { $range }: { $at } ({ $zone }), and you let such signals be dropped.

signals-admin = 📈 Signals
signals-admin-glance = 📈 { $today } signals today, { $subscribers } subscribers
signals-admin-title = 📈 <b>Signals</b>
signals-admin-overview =
    Subscribers: <b>{ $subscribers }</b>
    Signals today: <b>{ $today }</b>, queued for { $reached } chats
    Without an outcome: { $open }
