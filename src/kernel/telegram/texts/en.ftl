# What the bot says when nobody else does.
telegram-apology = Sorry, something went wrong on our side, and this was not done. If it happens again, tell the operator this code: <code>{ $reference }</code>
telegram-apology-button = Sorry, something went wrong on our side. Code: { $reference }
telegram-blocked = The operator has closed this bot for you. Payments: /paysupport. What is stored about you: /privacy, /export, /forget.
telegram-did-you-mean = There is no command /{ $typed }. Did you mean /{ $name }?
telegram-not-understood = I don't know what to do with this. /help shows what I can do.
telegram-old-button = This button no longer works.
telegram-open-private = Open our private chat
telegram-payment-unavailable = This payment cannot be accepted right now. Nothing was charged. Please try again later.
telegram-private-button = This works only in the private chat with me.
telegram-private-only = /{ $name } works only in the private chat with me.
telegram-refused = This is not for everyone, sorry: you may not use it.
telegram-too-many = That was a lot at once. Please wait a minute; until then I do not answer.
telegram-too-many-presses = That was a lot at once. Please wait a minute.
telegram-unknown-command = There is no command /{ $typed }. /help shows them all.
