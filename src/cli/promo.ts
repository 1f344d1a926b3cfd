import { inTransaction } from "#kernel/db/index.ts";
import type { PromoCode } from "#kernel/ledger/index.ts";
import { systemClock } from "#kernel/lib/clock.ts";
import { AppError, type ErrorDefinition } from "#kernel/lib/errors.ts";
import { formatCredits, parseCredits } from "#kernel/lib/money.ts";

import type { CliCommand, Tools } from "./tools.ts";
import { UsageError } from "./usage.ts";

const taken = {
  code: "cli.promo_code_taken",
  status: 409,
  message: "there is a promo code {code} already",
} as const satisfies ErrorDefinition;

const notThere = {
  code: "cli.unknown_promo_code",
  status: 404,
  message: "there is no promo code {code} that could be switched off",
} as const satisfies ErrorDefinition;

const listed = 100;
const dayMs = 24 * 60 * 60_000;

/** `telecast promo`: the codes and how often they were used; `promo create …` makes one, `promo off <code>` ends one. */
export const promoCommand: CliCommand = async (tools, [verb, ...args]) => {
  if (verb === undefined) return await list(tools);
  if (verb === "create") return await create(tools, args);
  if (verb === "off") return await switchOff(tools, args);
  throw new UsageError(`promo: expected create, off or nothing, not ${verb}`);
};

async function list({ db, promo }: Tools): Promise<string> {
  const codes = await promo.list(db, listed);
  return codes.length === 0 ? "There is no promo code." : codes.map(lineOf).join("\n");
}

async function create({ db, promo }: Tools, args: readonly string[]): Promise<string> {
  const [code, amount = "", uses = "", ...options] = args;
  const credits = parseCredits(amount);
  const days = optionOf(options, "--days");
  const isMeant = /^\d+$/.test(uses) && (days === undefined || /^[1-9]\d{0,3}$/.test(days));
  const known = options.filter((option) => option !== "--new" && option !== "--days" && option !== days);
  if (code === undefined || credits === undefined || !isMeant || known.length > 0) {
    throw new UsageError(
      "promo create: expected a code, an amount of credits, a number of uses, and --days <n>, --new",
    );
  }
  const expiresAt = days === undefined ? undefined : new Date(systemClock.now().getTime() + Number(days) * dayMs);
  const given = { code, credits, mostUses: Number(uses), newPeopleOnly: options.includes("--new"), expiresAt };
  const made = await inTransaction(db, async (tx) => await promo.create(tx, { ...given, actor: "cli" }));
  if (!made.ok) throw new AppError(taken, { code });
  return lineOf(made.promo);
}

function optionOf(options: readonly string[], name: string): string | undefined {
  const at = options.indexOf(name);
  return at < 0 ? undefined : (options[at + 1] ?? "");
}

async function switchOff({ db, promo }: Tools, [code]: readonly string[]): Promise<string> {
  if (code === undefined) throw new UsageError("promo off: expected a code");
  const done = await inTransaction(db, async (tx) => await promo.switchOff(tx, code, "cli"));
  if (!done) throw new AppError(notThere, { code });
  return `${code.toUpperCase()} is switched off.`;
}

function lineOf({ code, credits, uses, mostUses, newPeopleOnly, expiresAt, switchedOff }: PromoCode): string {
  const more = [
    ...(newPeopleOnly ? ["new people only"] : []),
    ...(expiresAt === undefined ? [] : [`until ${expiresAt.toISOString()}`]),
    ...(switchedOff ? ["switched off"] : []),
  ];
  return [`${code}  ${formatCredits(credits, "en")} credits, used ${uses} of ${mostUses}`, ...more].join(", ");
}
