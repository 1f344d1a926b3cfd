studio-command-generate = Make a video step by step
studio-command-setmodel = Choose the model
studio-command-setduration = Choose the length
studio-command-setresolution = Choose the picture size
studio-command-reset = Back to the standard choices
studio-command-stats = How much is being made

studio-topic-video = Finished videos
studio-topic-job = Progress of videos
studio-topic-receipt = Receipts for videos in groups
studio-topic-alert = Studio alerts

studio-start =
    🎬 <b>Videos from words.</b> Write what you want to see, in your own words, and the video comes back here. With a photo, write it as the caption.
    A video of { $seconds } seconds costs <b>{ $credits }</b> { chat-credit-word } (<i>{ $model }</i>).
studio-start-free =
    🎬 <b>Videos from words.</b> Write what you want to see, in your own words, and the video comes back here. With a photo, write it as the caption.
    They are free: { $perDay } a day, { $seconds } seconds each (<i>{ $model }</i>).
studio-start-buy = ⭐ Buy credits
studio-start-generate = 🎬 Step by step

studio-settings =
    🎬 <b>Videos</b>
    Model: <b>{ $model }</b>
    Length: <b>{ $seconds } s</b> · Size: <b>{ $size }</b>
    Price: <b>{ $price }</b>
studio-settings-words = Improve my words: <b>{ $wanted ->
    [yes] always
   *[no] when I ask
  }</b>
studio-button-words = ✨ Improve words
studio-button-model = 🎞 Model
studio-button-duration = ⏱ Length
studio-button-resolution = 🖼 Size
studio-button-settings = ‹ Settings
studio-choose-model = Which model shall make your videos?
studio-choose-duration = How long shall your videos be? ({ $model })
studio-choose-resolution = Which picture size? ({ $model })
studio-not-offered-model = There is no such model. These are on offer:
studio-not-offered-duration = { $model } does not make that length. It makes:
studio-not-offered-resolution = { $model } does not make that size. It makes:
studio-choice-model = { $label } · from { $price }
studio-choice-duration = { $seconds } s · { $price }
studio-price = { $credits } { chat-credit-word }
studio-price-free = free

studio-generate-model = <b>1.</b> Which model shall make it?
studio-generate-prompt = <b>2.</b> { $model }: what do you want to see? Write it in your own words.
studio-generate-image = <b>3.</b> Now send the picture it begins with.
studio-generate-image-optional = <b>3.</b> Send a picture it begins with, or skip this.
studio-generate-need-image = I need a picture here: send a photo, or an image as a file. /cancel stops.
studio-generate-new-words = I have taken these as your new words. /cancel stops.
studio-generate-summary =
    <b>Ready to go?</b>
    { $model } · { $seconds } s · { $size }{ $image ->
        [yes] {" · with your picture"}
       *[no] {""}
    }
studio-generate-price =
    Price: <b>{ $price }</b> { COUNT($price) ->
        [one] credit
       *[other] credits
    } (you have { $available }). It is taken only when the video is here.
studio-generate-free = Free: { $perDay } a day.
studio-generate-started = 🎬 On its way.
studio-generate-stopped = Stopped. Nothing was charged.
studio-generate-changed = This has changed since. Look at the summary once more, then press Go.
studio-generate-over = This is over. /generate starts anew.
studio-button-skip = Skip
studio-button-go = Go
studio-button-improve = ✨ Improve my words
studio-button-go-improved = ✨ Go with these words
studio-button-go-own = Go with my own
studio-improve-asked = ✨ <i>Your words are being improved… Go takes your own.</i>
studio-improve-ready =
    ✨ Improved words:
    <blockquote>{ $words }</blockquote>
studio-improve-failed = ✨ <i>Your words could not be improved just now. Your own are fine.</i>
studio-improve-gone = These words are gone. Go with your own, or begin again with /generate.
studio-improve-replaced = ✍️ This was replaced by what follows.
studio-improve-left = ⌛️ Nothing was decided here, so the improved words were erased. /generate starts anew.
studio-button-stop = Stop

studio-card-head = 🎬 <b>{ $model }</b> · { $seconds } s · { $size }
studio-minutes = { $minutes ->
    [0] less than a minute
   *[other] about { $minutes } min
  }
studio-card-ordered = { $position ->
    [one] ⏳ Next in line
   *[other] ⏳ In line: number { $position }
  } · { studio-minutes }
studio-card-retrying = ⏳ The service is busy; I will try again by myself. In line: number { $position }.
studio-card-blocked = ⏳ The service that makes this is out of order right now. I go on by myself when it is back; if that takes longer than { $minutes } { $minutes ->
    [one] minute
   *[other] minutes
  }, I stop and nothing is charged.
studio-card-submitting = 📤 Handing it over…
studio-card-unclear = 📡 Handed over, but the answer got lost. I am waiting a few minutes for the service to report; if it does not, nothing is charged.
studio-card-running = 🎨 Being made: { $percent }% · { studio-minutes }
studio-card-running-late = 🎨 Being made: { $percent }% · takes longer than usual
studio-card-fetching = 📥 Finished, being fetched…
studio-card-delivering = 📨 On its way to you…
studio-card-delivered = ✅ Done in { $took } s · <b>{ $credits }</b> { chat-credit-word }
studio-card-delivered-free = ✅ Done in { $took } s · free
studio-card-delivered-group = ✅ Done in { $took } s
studio-card-cancelled = 🚫 Cancelled.
studio-card-expired = ⌛️ It took too long, so I gave it up.
studio-card-paid-back = Nothing was charged: your { $credits } { COUNT($credits) ->
    [one] credit is
   *[other] credits are
  } back.
studio-video-caption = { $model } · { $seconds } s
studio-video-link =
    🎬 { $model } · { $seconds } s · { $size }
    Your video is too large for Telegram. It waits behind this link until <b>{ $until }</b>; whoever has the link can watch it.
studio-button-download = ⬇️ Download ({ $size })
studio-button-cancel = 🚫 Cancel
studio-button-again = 🔁 Again
studio-button-try-again = 🔁 Try again
studio-button-variation = 🎲 Variation
studio-button-change-model = 🎞 Change model
studio-button-buy = ⭐ Buy credits
studio-cancel-done = Cancelled. Nothing was charged.
studio-cancel-done-free = Cancelled.
studio-cancel-too-late = Too late: it is finished already.
studio-again-started = On its way.
studio-not-yours = This is not one of your videos.
studio-prompt-gone = I do not keep prompts, and yours is no longer in this chat. Please send it again.
studio-picture-gone = I do not keep pictures, and yours was in another message. Please answer it with your words again.
studio-model-taken = 🎬 On its way with the other model.

studio-failure-moderation = 🛑 The service refused this prompt by its content rules. Please describe it differently.
studio-failure-bad_input = 🛑 The service could not use this prompt or picture. Please try another one.
studio-failure-no_credit = ❌ This model is not available right now. The operators have been told.
studio-failure-unsupported = ❌ This model cannot do that. Please choose another one.
studio-failure-rate_limited = ❌ The service is overloaded. Please try again in a few minutes.
studio-failure-outage = ❌ The service is out of order. Please try again later, or with another model.
studio-failure-unclear = ❌ The service did not answer, so I cannot tell whether it is working on it.
studio-failure-lost = ❌ The service has lost this video.
studio-failure-provider = ❌ The service could not make this video.
studio-failure-too_large = ❌ The video became larger than I can hand over. The operators have been told.
studio-failure-left = ❌ I was removed from the group, or may not write there any more.
studio-failure-delivery = ❌ The video was made but could not be delivered to this chat.

studio-refused-insufficient_credits =
    This video costs <b>{ $price }</b> { COUNT($price) ->
        [one] credit
       *[other] credits
    }, and you have <b>{ $available }</b>. Buy some, then send it again.
studio-refused-quota_used = You have used today's { $perDay } free { $perDay ->
    [one] video
   *[other] videos
  }. Tomorrow there are new ones.
studio-refused-too_many_queued = { $most } of your videos are waiting already. Please let some of them finish first.
studio-refused-prompt_too_short = Please describe it in a few words: at least { $least } characters.
studio-refused-prompt_too_long = This is too long for the model: at most { $longest } characters.
studio-refused-prompt_empty = Please write what you want to see.
studio-refused-image_required = Your model begins with a picture: send it now. Or make these words a video with another model:
studio-refused-nobody_can = No model on offer can do that.
studio-refused-image_not_taken = Your model does not take pictures. These do:
studio-refused-unknown_model = This model is not on offer any more. /setmodel shows the others.
studio-refused-model_disabled = This model is switched off right now. /setmodel shows the others.
studio-refused-blocked_word = This prompt has a word in it that is not allowed here. Please describe it differently.
studio-refused-sales_paused = No videos can be ordered for the moment. Please try again tomorrow.
studio-refused-duration_not_offered = The model does not make this length. /setduration shows what it makes.
studio-refused-resolution_not_offered = The model does not make this size. /setresolution shows what it makes.
studio-refused-no_models = No model is set up yet. Please ask the operator.
studio-refused-not_a_prompt = I make videos from text and photos. Write what you want to see, or use /help.

studio-group-how = Write what you want to see after /generate or after my name; to begin with a photo, answer it that way. Step by step it goes in our private chat:
studio-group-hello = 👋 I make videos from words. Open our private chat once, then ask here again: each of us here uses his own credits.
studio-group-open = 💬 Our private chat
studio-group-no-credits = This takes credits of your own. Get some in our private chat, then ask here again.
studio-group-image = Your model begins with a picture: answer a photo with /generate and your words. These make it from words alone:
studio-group-off = Videos are switched off in this group. In our private chat they are on.
studio-group-limit = In this group { $most ->
    [one] one video
   *[other] { $most } videos
  } per person and hour is the limit. There is none in our private chat.
studio-group-admins = In this group only its admins may ask for videos.
studio-group-receipt = 🎬 Your video in <b>{ $group }</b> is there. It cost <b>{ $credits }</b> { chat-credit-word }.
studio-group-ended = Your video in <b>{ $group }</b>:
studio-group-rules-words = { $state ->
    [off] off
    [admins] for admins only
   *[everybody] for everybody
  }{ $state ->
    [off] {""}
   *[other] { $limit ->
        [none] {""}
       *[some] {", "}{ $perHour } per person and hour
    }
  }
studio-group-rules = 🎬 Videos: <b>{ studio-group-rules-words }</b>
studio-group-rules-choose =
    🎬 <b>Videos in this group</b>: { studio-group-rules-words }
    Who may ask for them with /generate or my name, and how many within an hour? Each pays for his own.
studio-group-not-admin = Only an admin of this group can press this. If you are one, send /settings here first.
studio-group-on = On
studio-group-switched-off = Off
studio-group-everybody = Everybody
studio-group-only-admins = Admins only
studio-group-no-limit = No limit
studio-button-group = 🎬 Videos

studio-inline-begin = 🎬 Make a video
studio-inline-make = 🎬 Make: { $words }

studio-alert-out = ⚠️ The video provider <b>{ $provider }</b> is out: { $trouble ->
    [no_credit] our balance there is used up.
    [unauthorized] it does not take our key.
   *[outage] it does not answer as it should.
  } Others make its videos where others can; the rest waits in line and is paid back if it takes too long. One video at a time tries whether it is back.
studio-alert-well = ✅ The video provider <b>{ $provider }</b> works again. It was out for { $duration }.
studio-alert-large-over_limit = ⚠️ A video of { $model } was larger than allowed and was paid back. The limit is <code>studio.results longestMegabytes</code>.
studio-alert-large-no_public_url = ⚠️ A video of { $model } was larger than the 50 MB that Telegram takes and was paid back. With <code>PUBLIC_URL</code> set, such videos are handed over by a link.
studio-alert-large-links_full = ⚠️ A large video of { $model } was paid back: the videos behind links take as much as <code>studio.results linkedMegabytes</code> allows.
studio-alert-budget = ⚠️ Today's provider budget of { $budget } is used up ({ $spent }). New videos are refused until midnight UTC.

studio-stats-title = 📊 <b>The last { $days } days</b>
studio-stats-summary =
    Videos ordered: <b>{ $jobs }</b> by { $people } { $people ->
        [one] person
       *[other] people
    }
    Successful: <b>{ $success }</b>
    Seconds of video: <b>{ $seconds }</b>
    Prompt tokens: { $tokens } · Provider cost: { $cost }
studio-stats-model = • { $name }: { $delivered } of { $jobs }
studio-stats-money = 💰 Revenue: <b>{ $credits }</b> { chat-credit-word } ({ $revenue }) · Margin: <b>{ $margin }</b> ({ $share })
studio-stats-margin = • { $name }: revenue { $revenue } − cost { $cost } = <b>{ $margin }</b> ({ $share })
studio-stats-chart = Videos per day
studio-stats-delivered = delivered
studio-stats-other = not delivered

studio-admin-jobs = 🎬 Jobs
studio-admin-jobs-glance = 🎬 { $running } running, { $waiting } waiting; { $done } done and { $failed } failed in 24 h
studio-admin-jobs-title = 🎬 <b>Jobs</b>
studio-admin-jobs-counts = { $running } running · { $waiting } waiting · in 24 h: { $done } done, { $failed } failed
studio-admin-jobs-at = • { $provider }: { $count }
studio-admin-jobs-running = 🎨
studio-admin-jobs-waiting = ⏳
studio-admin-jobs-failed = ❌
studio-admin-jobs-done = ✅
studio-admin-job-line = { $state }{ $percent } · { $model } · { $name } · { $time }
studio-admin-job-gone = This job is not kept any more.
studio-admin-job =
    🎬 <b>{ $model }</b> · { $seconds } s · { $size }
    <b>{ $state }</b>
    Ordered: { $ordered }
    Handed over: { $submitted }
    Ended: { $finished }
    Provider: { $provider } · costs { $cost }
    Price: { $price } { COUNT($price) ->
        [one] credit
       *[other] credits
    }
studio-admin-job-stand-in = Made by: { $model }
studio-admin-job-setbacks = Setbacks: { $count }
studio-admin-job-id = Job: <code>{ $id }</code>
studio-admin-sign-ordered = ⏳
studio-admin-sign-submitting = 📤
studio-admin-sign-running = 🎨
studio-admin-sign-fetching = 📥
studio-admin-sign-delivering = 📨
studio-admin-sign-delivered = ✅
studio-admin-sign-failed = ❌
studio-admin-sign-cancelled = 🚫
studio-admin-sign-expired = ⌛️
studio-admin-state-ordered = Waiting
studio-admin-state-submitting = Being handed over
studio-admin-state-running = Being made
studio-admin-state-fetching = Being fetched
studio-admin-state-delivering = Being sent
studio-admin-state-delivered = Delivered
studio-admin-state-failed = Failed
studio-admin-state-cancelled = Cancelled
studio-admin-state-expired = Given up
studio-admin-failure-moderation = content rules
studio-admin-failure-bad_input = unusable prompt or picture
studio-admin-failure-no_credit = no balance, or key refused
studio-admin-failure-unsupported = not possible with the model
studio-admin-failure-rate_limited = too many requests
studio-admin-failure-outage = out of order
studio-admin-failure-unclear = no answer
studio-admin-failure-lost = lost the video
studio-admin-failure-provider = could not make it
studio-admin-failure-too_large = too large to hand over
studio-admin-failure-delivery = could not be delivered
studio-admin-failure-left = removed from the group
studio-admin-button-cancel = 🚫 Cancel
studio-admin-button-cancel-sure = Yes, cancel it
studio-admin-button-look = 🔄 Look now
studio-admin-cancel-sure = Cancel this video? Whoever ordered it pays nothing and sees it on the card. What the provider has begun it may still charge us.
studio-admin-cancelled = Cancelled.
studio-admin-looking = Looking. The card follows.

studio-admin-models = 🎞 Models
studio-admin-models-title = 🎞 <b>Models</b>
studio-admin-models-signs = { $on } on offer · { $off } off · { $unplugged } provider not set up. With each: the price of its first length, and what of it is left.
studio-admin-model-line = { $sign } { $name } · { $credits } · { $share }
studio-admin-model-gone = This model is not in the list any more.
studio-admin-model =
    🎞 <b>{ $name }</b>
    <code>{ $id }</code> · { $provider }
studio-admin-model-on = 🟢 On offer
studio-admin-model-off = ⚪️ Off
studio-admin-model-unplugged = 🔌 Not on offer: its provider is not set up
studio-admin-model-price = { $seconds } s: <b>{ $credits }</b> · costs { $cost } · margin { $share }
studio-admin-button-price = ✏️ { $seconds } s: { $credits }
studio-admin-button-margin = 📐 Set margin
studio-admin-button-off = ⚪️ Switch off
studio-admin-button-on = 🟢 Switch on
studio-admin-button-history = 🕘 Changes
studio-admin-button-confirm = Change it
studio-admin-sure-off = Take <b>{ $name }</b> off the list? What is being made goes on.
studio-admin-sure-on = Put <b>{ $name }</b> on the list?
studio-admin-price-ask = What shall { $seconds } seconds of <b>{ $name }</b> cost, in credits? Such as <code>1.5</code>. /cancel stops.
studio-admin-price-wrong = Expected a number of credits with at most three decimals, such as <code>1.5</code>. Try again, or /cancel.
studio-admin-margin-ask = How many per cent of the price of <b>{ $name }</b> shall be left? Such as <code>60%</code>: every length gets its price, rounded up to a hundredth of a credit. /cancel stops.
studio-admin-margin-wrong = Expected whole per cent from 0 to 99, such as <code>60%</code>. Try again, or /cancel.
studio-admin-model-same = That changes nothing.
studio-admin-model-propose = Change <b>{ $name }</b>? Orders that are made already keep their price.
studio-admin-changed = Stored.
studio-admin-history-title = 🕘 <b>Changes of models and prices</b>
studio-admin-history-none = Nothing has been changed yet.
studio-admin-history-head = <b>{ $by }</b> · <i>{ $at }</i>
studio-admin-difference-turned-on = • { $model }: switched on
studio-admin-difference-turned-off = • { $model }: switched off
studio-admin-difference-added = • { $model }: added
studio-admin-difference-removed = • { $model }: removed
studio-admin-difference-other = • { $model }: other data
studio-admin-difference-price = • { $model }, { $seconds } s: { $before } → <b>{ $after }</b>

studio-admin-providers = 🔌 Providers
studio-admin-providers-glance = { $troubled ->
    [0] 🔌 { $count } providers, all well
   *[other] 🔴 Trouble with { $names }
  }
studio-admin-providers-title = 🔌 <b>Providers</b>
studio-admin-provider = { $sign } <b>{ $name }</b>
studio-admin-provider-out = <b>Out since { $since }</b>: { $trouble }. Tried again at { $again }.
studio-admin-trouble-outage = it does not answer as it should
studio-admin-trouble-no_credit = our balance there is used up
studio-admin-trouble-unauthorized = it does not take our key
studio-admin-provider-idle = Last hour: nothing made
studio-admin-provider-hour = Last hour: { $ended } ended, { $failed } failed ({ $share })
studio-admin-provider-failure = Last trouble: { $time }, { $failure }
studio-admin-balance = 💳 { $amount } { $unit } (asked { $asked })
studio-admin-balance-silent = 💳 no answer (asked { $asked })
studio-admin-balance-asking = 💳 being asked…
studio-admin-button-balances = 💳 Ask for balances
studio-admin-asking = Asking; this message follows.

studio-admin-money = 💰 Money
studio-admin-money-glance = 💰 Today: { $stars } ⭐ in · { $revenue } earned · margin { $margin }
studio-admin-money-title = 💰 <b>Money, { $days } days</b>
studio-admin-money-days = { $days } days
studio-admin-money-stars = Stars: <b>{ $received }</b> ⭐ in, { $returned } ⭐ back
studio-admin-money-sum = Earned: <b>{ $revenue }</b> ({ $credits } { chat-credit-word }) − cost { $cost } = margin <b>{ $margin }</b> ({ $share })
studio-admin-money-day = { $day }: { $stars } ⭐ · { $revenue } − { $cost } = <b>{ $margin }</b>
studio-admin-money-nothing = Nothing came in and nothing was made.
studio-admin-money-models = <b>Models</b>
studio-admin-money-model = • { $name } × { $delivered }: { $revenue } − { $cost } = <b>{ $margin }</b> ({ $share })
studio-admin-button-chart = 📊 Chart
studio-admin-drawing = The chart is being drawn.
studio-admin-money-chart = Revenue, cost and margin
studio-admin-money-revenue = revenue
studio-admin-money-cost = cost
studio-admin-money-margin = margin
