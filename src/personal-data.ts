import { deliveryPersonalData } from "#kernel/delivery/index.ts";
import type { FeatureParts, Kernel, PersonalData } from "#kernel/feature.ts";
import { ledgerPersonalData } from "#kernel/ledger/index.ts";
import { telegramPersonalData } from "#kernel/telegram/index.ts";

/** Everything that keeps something about people, lowest first: `/export` reads it in this order, `/forget` backwards. */
export function personalDataOf(
  { accounts, clock, ledger }: Pick<Kernel, "accounts" | "clock" | "ledger">,
  parts: ReadonlyMap<string, FeatureParts>,
): readonly (PersonalData & { readonly owner: string })[] {
  return [
    { owner: "account", export: accounts.exportUser, forget: accounts.forgetUser },
    { owner: "ledger", ...ledgerPersonalData({ accounts, clock, ledger }) },
    { owner: "telegram", ...telegramPersonalData(accounts) },
    { owner: "delivery", ...deliveryPersonalData(accounts) },
    ...[...parts].flatMap(([owner, { personalData }]) =>
      personalData === undefined ? [] : [{ owner, ...personalData }],
    ),
  ];
}
