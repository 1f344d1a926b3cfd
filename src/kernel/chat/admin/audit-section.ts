import type { AuditRecord } from "../../accounts/index.ts";
import type { AdminPage, AdminSection, AdminView } from "../../feature.ts";
import { oneLine } from "../../lib/foreign-text.ts";
import { Html } from "../../lib/html.ts";
import type { Language } from "../../lib/language.ts";
import { formatCredits } from "../../lib/money.ts";
import type { ChatDeps } from "../chat-deps.ts";
import { userName } from "./user-name.ts";

const entriesPerPage = 10;
const longestDetail = 120;

/** Who changed what, newest first. */
export function auditSection(deps: ChatDeps): AdminSection {
  return { id: "log", label: "chat-admin-log", pages: { main: logPage(deps) } };
}

/** Each page is named by the entry that it comes after: new ones do not shift it. */
function logPage(deps: ChatDeps): AdminPage {
  return async (view, [beforeId]) => {
    const { t, tx, open } = view;
    const before = /^\d{1,15}$/.test(beforeId ?? "") ? Number(beforeId) : undefined;
    const records = await deps.accounts.auditLog(tx, {
      limit: entriesPerPage + 1,
      ...(before !== undefined && { beforeId: before }),
    });
    const shown = records.slice(0, entriesPerPage);
    const lines: Html[] = [];
    for (const record of shown) lines.push(await line(deps, view, record));
    const last = shown.at(-1)?.id;
    const older = open(t.plain("chat-balance-older"), "main", last ?? 0);
    const newest = open(t.plain("chat-admin-log-newest"), "main");
    const turn = [...(before === undefined ? [] : [newest]), ...(records.length > shown.length ? [older] : [])];
    return {
      html: Html.join(
        [t("chat-admin-log-title"), ...(lines.length === 0 ? [t("chat-admin-log-none")] : lines)],
        "\n\n",
      ),
      buttons: turn.length === 0 ? [] : [turn],
    };
  };
}

async function line(deps: ChatDeps, { t, tx, user }: AdminView, record: AuditRecord): Promise<Html> {
  const at = new Intl.DateTimeFormat(t.language, { dateStyle: "short", timeStyle: "short", timeZone: user.timeZone });
  return t("chat-admin-log-entry", {
    at: at.format(record.at),
    actor: await named(deps, tx, record.actor),
    action: record.action,
    subject: await named(deps, tx, record.subject),
    detail: oneLine(detailOf(record, t.language), longestDetail),
  });
}

/** `user:42` by his name; everything else as it is written. */
async function named({ accounts }: ChatDeps, tx: AdminView["tx"], whoOrWhat: string): Promise<string> {
  const id = /^user:(\d{1,15})$/.exec(whoOrWhat)?.[1];
  const person = id === undefined ? undefined : await accounts.userById(tx, Number(id));
  return person === undefined ? whoOrWhat : userName(person);
}

/** `role: user → admin, reason: …`: what of it is short enough to be read here. */
function detailOf({ before, after }: AuditRecord, language: Language): string {
  const [old, fresh] = [fieldsOf(before), fieldsOf(after)];
  return Object.entries(fresh)
    .map(([name, value]) => {
      const was = name in old ? `${words(name, old[name], language)} → ` : "";
      return `${name}: ${was}${words(name, value, language)}`;
    })
    .join(", ");
}

function fieldsOf(value: unknown): Readonly<Record<string, unknown>> {
  return typeof value === "object" && value !== null ? (value as Readonly<Record<string, unknown>>) : {};
}

/** The log keeps amounts in thousandths of a credit. */
function words(name: string, value: unknown, language: Language): string {
  if (name === "available" && /^-?\d+$/.test(String(value))) return formatCredits(BigInt(String(value)), language);
  return typeof value === "string" ? value : JSON.stringify(value);
}
