/** What was typed cannot be understood; the usage is shown with it. */
export class UsageError extends Error {
  override readonly name = "UsageError";
}

export const usage = `Usage: telecast <command>

  serve                               run everything, as npm start does
  migrate                             bring the database up to date
  api-key create <name> --scope <scope>... [--ip <address or range>...] [--expires <date>]
  api-key list
  api-key revoke <prefix>
  block <telegram id or @username> <reason>
  unblock <telegram id or @username> <reason>
                                      shut a person out of all but payment support and his own data; let him in
  credit <telegram id or @username> <amount> <reason>
                                      give (+5) or take (-2.5) credits
  demo [<seed>]                       made-up signals to look at, the last ones sent to subscribers
  deliveries [<id>]                   what failed or may not have arrived; one with its timeline
  deliveries retry <id>               send it again
  doctor [--json]                     look at everything a deployment stands on, and say what to fix
  failures [<reference or id>]        updates and background jobs that were set aside; one as a whole
  failures retry <reference or id>    handle the update, or do the job, again
  payments                            payments in suspense, and refund requests to decide
  payments assign <charge id> <telegram id or @username> <credits>
                                      give a person the credits of a payment in suspense
  promo                               promo codes, and how often they were used
  promo create <code> <credits> <uses> [--days <n>] [--new]
                                      credits for so many people; --new: only who has never paid
  promo off <code>                    nobody can use it any more
  settings [<section> [<field> [<value>]]]
                                      show or change what is stored

Reads the same environment as npm start, and the file .env.`;
