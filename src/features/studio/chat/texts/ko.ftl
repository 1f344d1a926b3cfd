studio-command-generate = 단계별로 영상 만들기
studio-command-setmodel = 모델 선택
studio-command-setduration = 길이 선택
studio-command-setresolution = 화면 크기 선택
studio-command-reset = 기본 설정으로 되돌리기
studio-command-stats = 제작 현황

studio-topic-video = 완성된 영상
studio-topic-job = 영상 진행 상황
studio-topic-receipt = 그룹 영상 영수증
studio-topic-alert = 스튜디오 경보

studio-start =
    🎬 <b>글로 만드는 영상.</b> 보고 싶은 장면을 자유롭게 적으면 영상이 여기로 옵니다. 사진으로 만들려면 사진 설명에 적어 주세요.
    { $seconds }초 영상 하나에 <b>{ $credits }</b>크레딧입니다 (<i>{ $model }</i>).
studio-start-free =
    🎬 <b>글로 만드는 영상.</b> 보고 싶은 장면을 자유롭게 적으면 영상이 여기로 옵니다. 사진으로 만들려면 사진 설명에 적어 주세요.
    하루 { $perDay }개까지 무료이며, 길이는 { $seconds }초입니다 (<i>{ $model }</i>).
studio-start-buy = ⭐ 크레딧 구매
studio-start-generate = 🎬 단계별로 만들기

studio-settings =
    🎬 <b>영상</b>
    모델: <b>{ $model }</b>
    길이: <b>{ $seconds }초</b> · 크기: <b>{ $size }</b>
    가격: <b>{ $price }</b>
studio-settings-words = 문장 다듬기: <b>{ $wanted ->
    [yes] 항상
   *[no] 요청할 때만
  }</b>
studio-button-words = ✨ 문장 다듬기
studio-button-model = 🎞 모델
studio-button-duration = ⏱ 길이
studio-button-resolution = 🖼 크기
studio-button-settings = ‹ 설정
studio-choose-model = 어떤 모델로 영상을 만들까요?
studio-choose-duration = 영상 길이를 고르세요. ({ $model })
studio-choose-resolution = 화면 크기를 고르세요. ({ $model })
studio-not-offered-model = 그런 모델은 없습니다. 사용할 수 있는 모델:
studio-not-offered-duration = { $model } 모델은 그 길이를 만들지 않습니다. 가능한 길이:
studio-not-offered-resolution = { $model } 모델은 그 크기를 만들지 않습니다. 가능한 크기:
studio-choice-model = { $label } · { $price }부터
studio-choice-duration = { $seconds }초 · { $price }
studio-price = { $credits }크레딧
studio-price-free = 무료

studio-generate-model = <b>1.</b> 어떤 모델로 만들까요?
studio-generate-prompt = <b>2.</b> { $model }: 무엇을 보고 싶으세요? 자유롭게 적어 주세요.
studio-generate-image = <b>3.</b> 이제 시작 장면이 될 사진을 보내 주세요.
studio-generate-image-optional = <b>3.</b> 시작 장면이 될 사진을 보내거나 건너뛰세요.
studio-generate-need-image = 사진이 필요합니다. 사진 또는 이미지 파일을 보내 주세요. /cancel 로 멈출 수 있습니다.
studio-generate-new-words = 보내신 글로 바꾸었습니다. /cancel 로 멈출 수 있습니다.
studio-generate-summary =
    <b>시작할까요?</b>
    { $model } · { $seconds }초 · { $size }{ $image ->
        [yes] {" · 보내신 사진 사용"}
       *[no] {""}
    }
studio-generate-price = 가격: <b>{ $price }</b>크레딧 (보유 { $available }). 영상이 도착했을 때만 차감됩니다.
studio-generate-free = 무료: 하루 { $perDay }개
studio-generate-started = 🎬 만들기 시작했습니다.
studio-generate-stopped = 멈췄습니다. 차감된 크레딧은 없습니다.
studio-generate-changed = 그사이 내용이 바뀌었습니다. 요약을 다시 확인한 뒤 시작을 눌러 주세요.
studio-generate-over = 이미 끝난 단계입니다. /generate 로 새로 시작하세요.
studio-button-skip = 건너뛰기
studio-button-go = 시작
studio-button-improve = ✨ 문장 다듬기
studio-button-go-improved = ✨ 다듬은 문장으로 시작
studio-button-go-own = 내 문장으로 시작
studio-improve-asked = ✨ <i>문장을 다듬는 중입니다… 지금 시작하면 직접 쓴 문장을 사용합니다.</i>
studio-improve-ready =
    ✨ 다듬은 문장:
    <blockquote>{ $words }</blockquote>
studio-improve-failed = ✨ <i>지금은 문장을 다듬지 못했습니다. 직접 쓴 문장으로 충분합니다.</i>
studio-improve-gone = 다듬은 문장이 이미 지워졌습니다. 직접 쓴 문장으로 시작하거나 /generate 로 다시 시작해 주세요.
studio-improve-replaced = ✍️ 아래 내용으로 바뀌었습니다.
studio-improve-left = ⌛️ 선택하지 않아 다듬은 문장을 지웠습니다. /generate 로 다시 시작할 수 있습니다.
studio-button-stop = 멈추기

studio-card-head = 🎬 <b>{ $model }</b> · { $seconds }초 · { $size }
studio-minutes = { $minutes ->
    [0] 1분 이내
   *[other] 약 { $minutes }분
  }
studio-card-ordered = ⏳ 대기 순서: { $position }번째 · { studio-minutes }
studio-card-retrying = ⏳ 서비스가 바빠 자동으로 다시 시도합니다. 대기 순서: { $position }번째
studio-card-blocked = ⏳ 영상을 만드는 서비스에 지금 장애가 있습니다. 복구되면 자동으로 이어서 만들고, { $minutes }분 안에 복구되지 않으면 크레딧을 차감하지 않고 중단합니다.
studio-card-submitting = 📤 전달하는 중…
studio-card-unclear = 📡 넘겼지만 서비스의 답을 받지 못했습니다. 몇 분 동안 연락을 기다리며, 오지 않으면 차감하지 않습니다.
studio-card-running = 🎨 만드는 중: { $percent }% · { studio-minutes }
studio-card-running-late = 🎨 만드는 중: { $percent }% · 평소보다 오래 걸립니다
studio-card-fetching = 📥 완성되어 가져오는 중…
studio-card-delivering = 📨 보내는 중…
studio-card-delivered = ✅ { $took }초 만에 완성 · <b>{ $credits }</b>크레딧
studio-card-delivered-free = ✅ { $took }초 만에 완성 · 무료
studio-card-delivered-group = ✅ { $took }초 만에 완성
studio-card-cancelled = 🚫 취소되었습니다.
studio-card-expired = ⌛️ 너무 오래 걸려 중단했습니다.
studio-card-paid-back = 차감되지 않았습니다. { $credits }크레딧을 다시 쓸 수 있습니다.
studio-video-caption = { $model } · { $seconds }초
studio-video-link =
    🎬 { $model } · { $seconds }초 · { $size }
    영상이 텔레그램으로 보내기에는 너무 큽니다. <b>{ $until }</b>까지 아래 링크에서 받을 수 있으며, 링크를 가진 사람은 누구나 볼 수 있습니다.
studio-button-download = ⬇️ 다운로드 ({ $size })
studio-button-cancel = 🚫 취소
studio-button-again = 🔁 한 번 더
studio-button-try-again = 🔁 다시 시도
studio-button-variation = 🎲 다른 버전
studio-button-change-model = 🎞 모델 변경
studio-button-buy = ⭐ 크레딧 구매
studio-cancel-done = 취소했습니다. 차감된 크레딧은 없습니다.
studio-cancel-done-free = 취소했습니다.
studio-cancel-too-late = 이미 완성된 영상입니다.
studio-again-started = 만들기 시작했습니다.
studio-not-yours = 본인의 영상이 아닙니다.
studio-prompt-gone = 프롬프트는 보관하지 않으며, 이 채팅에도 더 이상 없습니다. 다시 보내 주세요.
studio-picture-gone = 사진은 보관하지 않으며, 그 사진은 다른 메시지에 있었습니다. 사진에 다시 답장해 주세요.
studio-model-taken = 🎬 다른 모델로 만들기 시작했습니다.

studio-failure-moderation = 🛑 서비스의 콘텐츠 규칙에 따라 거절되었습니다. 다르게 표현해 주세요.
studio-failure-bad_input = 🛑 이 프롬프트나 사진은 사용할 수 없습니다. 다른 것으로 시도해 주세요.
studio-failure-no_credit = ❌ 지금은 이 모델을 사용할 수 없습니다. 운영자에게 알렸습니다.
studio-failure-unsupported = ❌ 이 모델로는 할 수 없습니다. 다른 모델을 골라 주세요.
studio-failure-rate_limited = ❌ 서비스가 혼잡합니다. 몇 분 뒤 다시 시도해 주세요.
studio-failure-outage = ❌ 서비스에 장애가 있습니다. 나중에 또는 다른 모델로 시도해 주세요.
studio-failure-unclear = ❌ 서비스가 응답하지 않아 작업 여부를 알 수 없습니다.
studio-failure-lost = ❌ 서비스가 영상을 잃어버렸습니다.
studio-failure-provider = ❌ 서비스가 이 영상을 만들지 못했습니다.
studio-failure-too_large = ❌ 영상이 보내 드릴 수 있는 크기보다 커졌습니다. 운영자에게 알렸습니다.
studio-failure-left = ❌ 그룹에서 제거되었거나 더 이상 글을 쓸 수 없습니다.
studio-failure-delivery = ❌ 영상은 완성되었지만 이 채팅으로 보내지 못했습니다.

studio-refused-insufficient_credits = 이 영상에는 <b>{ $price }</b>크레딧이 필요하지만 보유 크레딧은 <b>{ $available }</b>입니다. 구매한 뒤 다시 보내 주세요.
studio-refused-quota_used = 오늘의 무료 영상 { $perDay }개를 모두 사용했습니다. 내일 다시 만들 수 있습니다.
studio-refused-too_many_queued = 이미 영상 { $most }개가 대기 중입니다. 일부가 끝난 뒤 다시 주문해 주세요.
studio-refused-prompt_too_short = 몇 마디로 설명해 주세요. 최소 { $least }자입니다.
studio-refused-prompt_too_long = 이 모델에는 너무 깁니다. 최대 { $longest }자입니다.
studio-refused-prompt_empty = 보고 싶은 장면을 적어 주세요.
studio-refused-image_required = 선택한 모델은 사진에서 시작합니다. 지금 사진을 보내거나, 이 글을 다른 모델로 만드세요:
studio-refused-nobody_can = 그렇게 만들 수 있는 모델이 없습니다.
studio-refused-image_not_taken = 선택한 모델은 사진을 받지 않습니다. 사진을 받는 모델:
studio-refused-unknown_model = 더 이상 제공하지 않는 모델입니다. /setmodel 에서 다른 모델을 보세요.
studio-refused-model_disabled = 지금은 꺼져 있는 모델입니다. /setmodel 에서 다른 모델을 보세요.
studio-refused-blocked_word = 허용되지 않는 단어가 있습니다. 다르게 표현해 주세요.
studio-refused-sales_paused = 지금은 영상을 주문할 수 없습니다. 내일 다시 시도해 주세요.
studio-refused-duration_not_offered = 이 모델은 그 길이를 만들지 않습니다. /setduration 에서 가능한 길이를 보세요.
studio-refused-resolution_not_offered = 이 모델은 그 크기를 만들지 않습니다. /setresolution 에서 가능한 크기를 보세요.
studio-refused-no_models = 아직 설정된 모델이 없습니다. 운영자에게 문의해 주세요.
studio-refused-not_a_prompt = 글과 사진으로 영상을 만듭니다. 보고 싶은 장면을 적거나 /help 를 이용해 주세요.

studio-group-how = /generate 또는 제 이름 뒤에 보고 싶은 장면을 적어 주세요. 사진으로 시작하려면 사진에 그렇게 답장하면 됩니다. 단계별로는 개인 채팅에서 만들 수 있습니다:
studio-group-hello = 👋 글로 영상을 만들어 드립니다. 개인 채팅을 한 번 연 뒤 여기서 다시 요청해 주세요. 각자 자신의 크레딧을 사용합니다.
studio-group-open = 💬 개인 채팅
studio-group-no-credits = 본인의 크레딧이 필요합니다. 개인 채팅에서 구매한 뒤 여기서 다시 요청해 주세요.
studio-group-image = 선택한 모델은 사진에서 시작합니다. 사진에 /generate 와 글로 답장해 주세요. 글만으로 만드는 모델:
studio-group-off = 이 그룹에서는 영상이 꺼져 있습니다. 개인 채팅에서는 만들 수 있습니다.
studio-group-limit = 이 그룹에서는 한 사람이 한 시간에 영상 { $most }개까지 만들 수 있습니다. 개인 채팅에는 이 제한이 없습니다.
studio-group-admins = 이 그룹에서는 관리자만 영상을 요청할 수 있습니다.
studio-group-receipt = 🎬 <b>{ $group }</b>에서 요청한 영상이 도착했습니다. <b>{ $credits }</b>크레딧을 사용했습니다.
studio-group-ended = <b>{ $group }</b>에서 요청한 영상:
studio-group-rules-words = { $state ->
    [off] 꺼짐
    [admins] 관리자만
   *[everybody] 모두
  }{ $state ->
    [off] {""}
   *[other] { $limit ->
        [none] {""}
       *[some] {", "}한 사람당 시간당 { $perHour }개
    }
  }
studio-group-rules = 🎬 영상: <b>{ studio-group-rules-words }</b>
studio-group-rules-choose =
    🎬 <b>이 그룹의 영상</b>: { studio-group-rules-words }
    /generate 또는 제 이름으로 누가, 한 시간에 몇 개까지 요청할 수 있나요? 비용은 각자 부담합니다.
studio-group-not-admin = 이 그룹의 관리자만 누를 수 있습니다. 관리자라면 먼저 여기서 /settings 를 보내 주세요.
studio-group-on = 켜기
studio-group-switched-off = 끄기
studio-group-everybody = 모두
studio-group-only-admins = 관리자만
studio-group-no-limit = 제한 없음
studio-button-group = 🎬 영상

studio-inline-begin = 🎬 영상 만들기
studio-inline-make = 🎬 만들기: { $words }

studio-alert-out = ⚠️ 영상 제공자 <b>{ $provider }</b>: 지금 쓸 수 없습니다. { $trouble ->
    [no_credit] 제공자 잔액을 모두 썼습니다.
    [unauthorized] 키를 받아들이지 않습니다.
   *[outage] 정상적으로 응답하지 않습니다.
  } 다른 제공자가 만들 수 있는 영상은 그쪽에서 만들고, 나머지는 기다리다가 너무 오래 걸리면 돌려드립니다. 복구되었는지는 영상 하나로 확인합니다.
studio-alert-well = ✅ 영상 제공자 <b>{ $provider }</b>: 다시 작동합니다. 중단된 시간: { $duration }.
studio-alert-large-over_limit = ⚠️ { $model } 영상이 허용된 크기보다 커서 크레딧을 돌려주었습니다. 한도는 <code>studio.results longestMegabytes</code>입니다.
studio-alert-large-no_public_url = ⚠️ { $model } 영상이 텔레그램이 받는 50MB보다 커서 크레딧을 돌려주었습니다. <code>PUBLIC_URL</code>을 설정하면 이런 영상은 링크로 전달됩니다.
studio-alert-large-links_full = ⚠️ { $model } 대용량 영상의 크레딧을 돌려주었습니다. 링크로 보관 중인 영상이 <code>studio.results linkedMegabytes</code> 한도를 모두 쓰고 있습니다.
studio-alert-budget = ⚠️ 오늘의 제공자 예산({ $budget })을 모두 썼습니다. 사용액: { $spent }. UTC 자정까지 새 영상을 받지 않습니다.

studio-stats-title = 📊 <b>최근 { $days }일</b>
studio-stats-summary =
    주문한 영상: <b>{ $jobs }</b> ({ $people }명)
    성공: <b>{ $success }</b>
    영상 시간: <b>{ $seconds }초</b>
    프롬프트 토큰: { $tokens } · 제공자 비용: { $cost }
studio-stats-model = • { $name }: { $jobs }개 중 { $delivered }개
studio-stats-money = 💰 매출: <b>{ $credits }</b>크레딧 ({ $revenue }) · 이익: <b>{ $margin }</b> ({ $share })
studio-stats-margin = • { $name }: 매출 { $revenue } − 비용 { $cost } = <b>{ $margin }</b> ({ $share })
studio-stats-chart = 날짜별 영상 수
studio-stats-delivered = 전달됨
studio-stats-other = 전달되지 않음

studio-admin-jobs = 🎬 작업
studio-admin-jobs-glance = 🎬 진행 { $running }, 대기 { $waiting }; 24시간 안에 완료 { $done }, 실패 { $failed }
studio-admin-jobs-title = 🎬 <b>작업</b>
studio-admin-jobs-counts = 진행 { $running } · 대기 { $waiting } · 24시간: 완료 { $done }, 실패 { $failed }
studio-admin-jobs-at = • { $provider }: { $count }
studio-admin-jobs-running = 🎨
studio-admin-jobs-waiting = ⏳
studio-admin-jobs-failed = ❌
studio-admin-jobs-done = ✅
studio-admin-job-line = { $state }{ $percent } · { $model } · { $name } · { $time }
studio-admin-job-gone = 더 이상 보관하지 않는 작업입니다.
studio-admin-job =
    🎬 <b>{ $model }</b> · { $seconds }초 · { $size }
    <b>{ $state }</b>
    주문: { $ordered }
    전달: { $submitted }
    종료: { $finished }
    제공자: { $provider } · 비용 { $cost }
    가격: { $price }크레딧
studio-admin-job-stand-in = 대신 만든 모델: { $model }
studio-admin-job-setbacks = 재시도: { $count }회
studio-admin-job-id = 작업: <code>{ $id }</code>
studio-admin-sign-ordered = ⏳
studio-admin-sign-submitting = 📤
studio-admin-sign-running = 🎨
studio-admin-sign-fetching = 📥
studio-admin-sign-delivering = 📨
studio-admin-sign-delivered = ✅
studio-admin-sign-failed = ❌
studio-admin-sign-cancelled = 🚫
studio-admin-sign-expired = ⌛️
studio-admin-state-ordered = 대기 중
studio-admin-state-submitting = 전달 중
studio-admin-state-running = 만드는 중
studio-admin-state-fetching = 가져오는 중
studio-admin-state-delivering = 보내는 중
studio-admin-state-delivered = 전달됨
studio-admin-state-failed = 실패
studio-admin-state-cancelled = 취소됨
studio-admin-state-expired = 시간 초과
studio-admin-failure-moderation = 콘텐츠 규칙
studio-admin-failure-bad_input = 쓸 수 없는 프롬프트나 사진
studio-admin-failure-no_credit = 잔액 부족 또는 키 거절
studio-admin-failure-unsupported = 모델이 지원하지 않음
studio-admin-failure-rate_limited = 요청 과다
studio-admin-failure-outage = 장애
studio-admin-failure-unclear = 응답 없음
studio-admin-failure-lost = 영상 분실
studio-admin-failure-provider = 제작 실패
studio-admin-failure-too_large = 전달할 수 있는 크기 초과
studio-admin-failure-delivery = 전송 실패
studio-admin-failure-left = 그룹에서 제거됨
studio-admin-button-cancel = 🚫 취소
studio-admin-button-cancel-sure = 예, 취소합니다
studio-admin-button-look = 🔄 지금 확인
studio-admin-cancel-sure = 이 영상을 취소할까요? 주문한 사람에게는 차감되지 않으며 카드에 표시됩니다. 제공자가 이미 시작한 것은 비용이 청구될 수 있습니다.
studio-admin-cancelled = 취소했습니다.
studio-admin-looking = 확인하고 있습니다. 카드에 곧 나타납니다.

studio-admin-models = 🎞 모델
studio-admin-models-title = 🎞 <b>모델</b>
studio-admin-models-signs = { $on } 판매 중 · { $off } 꺼짐 · { $unplugged } 제공자 미설정. 첫 번째 길이의 가격과 이익률입니다.
studio-admin-model-line = { $sign } { $name } · { $credits } · { $share }
studio-admin-model-gone = 더 이상 목록에 없는 모델입니다.
studio-admin-model =
    🎞 <b>{ $name }</b>
    <code>{ $id }</code> · { $provider }
studio-admin-model-on = 🟢 판매 중
studio-admin-model-off = ⚪️ 꺼짐
studio-admin-model-unplugged = 🔌 제공자가 설정되지 않아 판매하지 않습니다
studio-admin-model-price = { $seconds }초: <b>{ $credits }</b> · 비용 { $cost } · 이익률 { $share }
studio-admin-button-price = ✏️ { $seconds }초: { $credits }
studio-admin-button-margin = 📐 이익률 정하기
studio-admin-button-off = ⚪️ 끄기
studio-admin-button-on = 🟢 켜기
studio-admin-button-history = 🕘 변경 내역
studio-admin-button-confirm = 변경
studio-admin-sure-off = <b>{ $name }</b> 모델을 목록에서 내릴까요? 만들고 있는 것은 계속됩니다.
studio-admin-sure-on = <b>{ $name }</b> 모델을 목록에 올릴까요?
studio-admin-price-ask = <b>{ $name }</b> { $seconds }초의 가격을 크레딧으로 적어 주세요. 예: <code>1.5</code>. /cancel 로 멈출 수 있습니다.
studio-admin-price-wrong = 소수점 아래 세 자리까지의 크레딧 수를 적어 주세요. 예: <code>1.5</code>. 다시 보내거나 /cancel 로 멈추세요.
studio-admin-margin-ask = <b>{ $name }</b> 가격의 몇 퍼센트를 남길까요? 예: <code>60%</code>. 모든 길이의 가격이 0.01크레딧 단위로 올림됩니다. /cancel 로 멈출 수 있습니다.
studio-admin-margin-wrong = 0부터 99까지의 정수 퍼센트를 적어 주세요. 예: <code>60%</code>. 다시 보내거나 /cancel 로 멈추세요.
studio-admin-model-same = 달라지는 것이 없습니다.
studio-admin-model-propose = <b>{ $name }</b> 모델을 변경할까요? 이미 주문된 것은 가격이 그대로입니다.
studio-admin-changed = 저장했습니다.
studio-admin-history-title = 🕘 <b>모델과 가격의 변경</b>
studio-admin-history-none = 아직 바뀐 것이 없습니다.
studio-admin-history-head = <b>{ $by }</b> · <i>{ $at }</i>
studio-admin-difference-turned-on = • { $model }: 켬
studio-admin-difference-turned-off = • { $model }: 끔
studio-admin-difference-added = • { $model }: 추가
studio-admin-difference-removed = • { $model }: 삭제
studio-admin-difference-other = • { $model }: 기타 정보
studio-admin-difference-price = • { $model } { $seconds }초: { $before } → <b>{ $after }</b>

studio-admin-providers = 🔌 제공자
studio-admin-providers-glance = { $troubled ->
    [0] 🔌 제공자 { $count }곳 모두 정상
   *[other] 🔴 문제 있음: { $names }
  }
studio-admin-providers-title = 🔌 <b>제공자</b>
studio-admin-provider = { $sign } <b>{ $name }</b>
studio-admin-provider-out = <b>{ $since }부터 중단</b>: { $trouble }. { $again }에 다시 시도합니다.
studio-admin-trouble-outage = 제대로 응답하지 않음
studio-admin-trouble-no_credit = 제공자 잔액 소진
studio-admin-trouble-unauthorized = 키를 받아들이지 않음
studio-admin-provider-idle = 최근 1시간: 만든 것 없음
studio-admin-provider-hour = 최근 1시간: 종료 { $ended }, 실패 { $failed } ({ $share })
studio-admin-provider-failure = 마지막 문제: { $time }, { $failure }
studio-admin-balance = 💳 { $amount } { $unit } ({ $asked } 확인)
studio-admin-balance-silent = 💳 응답 없음 ({ $asked } 확인)
studio-admin-balance-asking = 💳 확인하는 중…
studio-admin-button-balances = 💳 잔액 확인
studio-admin-asking = 확인하고 있습니다. 이 메시지에 나타납니다.

studio-admin-money = 💰 돈
studio-admin-money-glance = 💰 오늘: ⭐ { $stars } 받음 · 매출 { $revenue } · 이익 { $margin }
studio-admin-money-title = 💰 <b>{ $days }일 동안의 돈</b>
studio-admin-money-days = { $days }일
studio-admin-money-stars = 스타: ⭐ <b>{ $received }</b> 받음, ⭐ { $returned } 돌려줌
studio-admin-money-sum = 매출 <b>{ $revenue }</b> ({ $credits }크레딧) − 비용 { $cost } = 이익 <b>{ $margin }</b> ({ $share })
studio-admin-money-day = { $day }: ⭐ { $stars } · { $revenue } − { $cost } = <b>{ $margin }</b>
studio-admin-money-nothing = 들어온 것도 만든 것도 없습니다.
studio-admin-money-models = <b>모델</b>
studio-admin-money-model = • { $name } × { $delivered }: { $revenue } − { $cost } = <b>{ $margin }</b> ({ $share })
studio-admin-button-chart = 📊 그래프
studio-admin-drawing = 그래프를 그리고 있습니다.
studio-admin-money-chart = 매출, 비용, 이익
studio-admin-money-revenue = 매출
studio-admin-money-cost = 비용
studio-admin-money-margin = 이익
