delivery-topic-reply = Answers
delivery-topic-payment = Payments
delivery-topic-announcement = Announcements
delivery-topic-system-error = System errors
delivery-topic-refund = Refund requests
delivery-topic-test = Test messages
# Before a message that may have arrived already; at most 63 characters.
delivery-perhaps-repeat = ⚠️ <i>You may have received this before:</i>
delivery-digest-title = 🌙 <b>{ $count } messages came during your quiet hours</b>
