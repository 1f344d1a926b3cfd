import { inTransaction } from "#kernel/db/index.ts";
import type { SettingsSection } from "#kernel/settings/index.ts";

import { settingsSections } from "../settings-sections.ts";
import type { CliCommand, Tools } from "./tools.ts";
import { UsageError } from "./usage.ts";

/** `telecast settings`, `settings <key>`, `settings <key> <field> <value>`: shows and changes stored settings. */
export const settingsCommand: CliCommand = async (tools, [key, field, ...words]) => {
  if (key === undefined)
    return settingsSections.map((section) => `${section.key.padEnd(24)} ${section.title}`).join("\n");
  const section = settingsSections.find((known) => known.key === key);
  if (section === undefined) throw new UsageError(`settings: there is no section ${key}`);
  const current = (await tools.settings.read(section)) as Readonly<Record<string, unknown>>;
  if (field === undefined) return show(current);
  if (!(field in current))
    throw new UsageError(`settings: ${key} has no ${field}, only ${Object.keys(current).join(", ")}`);
  if (words.length === 0) return show(current[field]);
  return await change(tools, section, { ...current, [field]: readValue(words.join(" ")) });
};

async function change(
  { db, settings, accounts }: Tools,
  section: SettingsSection,
  value: Readonly<Record<string, unknown>>,
): Promise<string> {
  await inTransaction(db, async (tx) => {
    const before = await settings.read(section);
    await settings.write(tx, section, { value, by: "cli" });
    await accounts.audit(tx, {
      actor: "cli",
      action: "settings.changed",
      subject: `settings:${section.key}`,
      before: JSON.parse(show(before)),
      after: JSON.parse(show(value)),
      origin: "cli",
    });
  });
  return `${section.key} is changed; a running program follows within a second.`;
}

/** JSON where it is JSON, text otherwise: `settings studio.billing mode free` needs no quotes. */
function readValue(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return text;
  }
}

function show(value: unknown): string {
  return JSON.stringify(value, (_key, each: unknown) => (typeof each === "bigint" ? String(each) : each), 2);
}
