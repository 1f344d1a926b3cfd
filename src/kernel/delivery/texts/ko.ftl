delivery-topic-reply = 답변
delivery-topic-payment = 결제
delivery-topic-announcement = 공지
delivery-topic-system-error = 시스템 오류
delivery-topic-refund = 환불 요청
delivery-topic-test = 테스트 메시지
# Before a message that may have arrived already; at most 63 characters.
delivery-perhaps-repeat = ⚠️ <i>이미 받으셨을 수 있는 메시지입니다:</i>
delivery-digest-title = 🌙 <b>방해 금지 시간에 도착한 메시지 { $count }건</b>
