# 다른 기능이 답하지 않을 때 봇이 하는 말.
telegram-apology = 죄송합니다. 저희 쪽에서 문제가 생겨 처리하지 못했습니다. 다시 발생하면 운영자에게 이 코드를 알려 주세요: <code>{ $reference }</code>
telegram-apology-button = 죄송합니다. 저희 쪽에서 문제가 생겼습니다. 코드: { $reference }
telegram-blocked = 운영자가 이 봇의 이용을 제한했습니다. 결제 문의: /paysupport · 내 정보: /privacy, /export, /forget
telegram-did-you-mean = /{ $typed } 명령은 없습니다. /{ $name }을(를) 찾으셨나요?
telegram-not-understood = 어떻게 처리해야 할지 모르겠습니다. /help 에서 할 수 있는 일을 확인해 주세요.
telegram-old-button = 이 버튼은 더 이상 작동하지 않습니다.
telegram-open-private = 개인 채팅 열기
telegram-payment-unavailable = 지금은 결제를 받을 수 없습니다. 청구된 금액은 없습니다. 잠시 후 다시 시도해 주세요.
telegram-private-button = 저와의 개인 채팅에서만 됩니다.
telegram-private-only = /{ $name } 명령은 저와의 개인 채팅에서만 쓸 수 있습니다.
telegram-refused = 죄송합니다. 이 기능을 사용할 권한이 없습니다.
telegram-too-many = 요청이 너무 많습니다. 1분 뒤에 다시 보내 주세요. 그때까지는 답하지 않습니다.
telegram-too-many-presses = 요청이 너무 많습니다. 1분 뒤에 다시 눌러 주세요.
telegram-unknown-command = /{ $typed } 명령은 없습니다. /help 에서 모든 명령을 볼 수 있습니다.
