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
  credit <telegram id or @username> <amount> <reason>
                                      give (+5) or take (-2.5) credits
  failures [<reference>]              what was set aside; with a reference, the whole update
  settings [<section> [<field> [<value>]]]
                                      show or change what is stored

Reads the same environment as npm start, and the file .env.`;
