import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { test } from "node:test";

import { runApp } from "../support/app.ts";

const { app } = await runApp();
await fetch(`${app.url}/api/a-path-that-nobody-knows-4711`);
await fetch(`${app.url}/livez`);
const text = await (await fetch(`${app.url}/metrics`)).text();
/** Name to type. */
const metrics = new Map([...text.matchAll(/^# TYPE (\S+) (\S+)$/gm)].map(([, name = "", type = ""]) => [name, type]));

/** What the kernel and studio promise to show; other features add their own under their own names. */
const promised: readonly string[] = [
  "telecast_db_connections",
  "telecast_db_lease_epoch",
  "telecast_db_lease_held",
  "telecast_db_size_bytes",
  "telecast_delivery_allowed_per_second",
  "telecast_delivery_attempts_total",
  "telecast_delivery_blocked_chats",
  "telecast_delivery_blocked_seconds",
  "telecast_delivery_budget_messages",
  "telecast_delivery_epoch",
  "telecast_delivery_failures_total",
  "telecast_delivery_floods_total",
  "telecast_delivery_held",
  "telecast_delivery_oldest_seconds",
  "telecast_delivery_on_wire",
  "telecast_delivery_pace_factor",
  "telecast_delivery_queued",
  "telecast_delivery_sending",
  "telecast_delivery_unrecorded",
  "telecast_delivery_wait_seconds",
  "telecast_health_ok",
  "telecast_http_request_seconds",
  "telecast_jobs_run_seconds",
  "telecast_jobs_runs_total",
  "telecast_jobs_waiting",
  "telecast_ledger_drift_total",
  "telecast_ledger_holds_settled_total",
  "telecast_ledger_stars_received_total",
  "telecast_ledger_stars_refunded_total",
  "telecast_ledger_violations",
  "telecast_media_stored_bytes",
  "telecast_studio_cost_usd_total",
  "telecast_studio_jobs",
  "telecast_studio_jobs_ended_total",
  "telecast_studio_offers_total",
  "telecast_studio_provider_errors_total",
  "telecast_studio_provider_out",
  "telecast_studio_provider_seconds",
  "telecast_telegram_active_people",
  "telecast_telegram_call_seconds",
  "telecast_telegram_calls_total",
  "telecast_telegram_failed_updates_total",
  "telecast_telegram_handling_seconds",
  "telecast_telegram_inbox_lag_seconds",
  "telecast_telegram_updates_total",
];

/** Each has few values, whatever people do: never an id, a name or a text of theirs. */
const boundedLabels: ReadonlySet<string> = new Set(
  "call check handler job kind lane le lease method origin outcome provider reason route scope source state status".split(
    " ",
  ),
);

test("a running program shows exactly the metrics that are promised", () => {
  const modules = new Set(promised.map((name) => name.split("_")[1]));
  const shown = [...metrics.keys()].filter((name) => name.startsWith("telecast_") && modules.has(name.split("_")[1]));
  assert.deepEqual(shown.toSorted(), promised);
  assert.ok(metrics.has("nodejs_eventloop_lag_p99_seconds"));
});

test("counters end in _total, times in _seconds, and nothing else does", () => {
  for (const [name, type] of metrics) {
    if (!name.startsWith("telecast_")) continue;
    assert.equal(name.endsWith("_total"), type === "counter", name);
    if (type === "histogram") assert.match(name, /_seconds$/);
  }
});

test("labels have few values: an address nobody knows makes no series of its own", () => {
  const series = text.split("\n").filter((line) => line.startsWith("telecast_"));
  const names = series.flatMap((line) => [...line.matchAll(/([a-z_]+)="/g)].map(([, label = ""]) => label));
  assert.ok(names.length > 50);
  assert.deepEqual(
    [...new Set(names)].filter((label) => !boundedLabels.has(label)),
    [],
  );
  assert.ok(!text.includes("4711"));
});

interface Panel {
  readonly id: number;
  readonly type: string;
  readonly title: string;
  readonly description?: string;
  readonly gridPos: { readonly x: number; readonly y: number; readonly w: number; readonly h: number };
  readonly targets?: readonly { readonly refId: string; readonly expr: string; readonly legendFormat: string }[];
  readonly fieldConfig?: { readonly defaults: { readonly unit?: string } };
}

const dashboard = JSON.parse(readFileSync(new URL("../../deploy/grafana/telecast.json", import.meta.url), "utf8")) as {
  readonly schemaVersion: number;
  readonly uid: string;
  readonly title: string;
  readonly panels: readonly Panel[];
};
const graphs = dashboard.panels.filter(({ type }) => type !== "row");

/** What a query names and what it selects and groups by, and whether it could be read at all. */
function assertAnswerable(query: string, where: string): void {
  const bare = query.replaceAll(/"[^"]*"/g, '""');
  const names = [...bare.matchAll(/\b(?:telecast|nodejs|process)_[a-z0-9_]+/g)].map(([name]) => name);
  assert.ok(names.length > 0, `${where} asks for nothing`);
  for (const name of names) {
    const histogram = name.replace(/_(bucket|sum|count)$/, "");
    assert.ok(metrics.has(name) || metrics.get(histogram) === "histogram", `${where}: there is no metric ${name}`);
  }
  const grouped = [...bare.matchAll(/\bby \(([^)]*)\)/g)].flatMap(([, list = ""]) => list.split(/,\s*/));
  const selected = [...bare.matchAll(/([a-z_]+)\s*(?:=~|!~|!=|=)""/g)].map(([, label = ""]) => label);
  for (const label of [...grouped, ...selected]) {
    assert.ok(boundedLabels.has(label) || label === "instance", `${where}: there is no label ${label}`);
  }
  for (const [open, close] of ["()", "[]", "{}"]) {
    assert.equal(
      bare.split(open ?? "").length,
      bare.split(close ?? "").length,
      `${where}: ${open}${close} do not match`,
    );
  }
}

test("the dashboard is one that Grafana reads: ids once, a known schema, panels that do not overlap", () => {
  assert.ok(dashboard.schemaVersion >= 36 && dashboard.uid === "telecast" && dashboard.title === "Telecast");
  const ids = dashboard.panels.map(({ id }) => id);
  assert.equal(new Set(ids).size, ids.length);
  const rows = dashboard.panels.filter(({ type }) => type === "row").map(({ title }) => title);
  assert.deepEqual(rows, ["Delivery", "Telegram", "Updates", "Studio", "Money", "Process"]);
  const taken = new Map<string, string>();
  for (const { title, gridPos } of dashboard.panels) {
    assert.ok(gridPos.x >= 0 && gridPos.x + gridPos.w <= 24 && gridPos.h > 0, title);
    for (let x = gridPos.x; x < gridPos.x + gridPos.w; x += 1) {
      for (let y = gridPos.y; y < gridPos.y + gridPos.h; y += 1) {
        assert.equal(taken.get(`${x},${y}`), undefined, `${title} lies over ${taken.get(`${x},${y}`)}`);
        taken.set(`${x},${y}`, title);
      }
    }
  }
});

test("every panel asks for metrics that exist, and says what it shows and in which unit", () => {
  assert.ok(graphs.length > 30);
  for (const { title, description = "", fieldConfig, targets = [] } of graphs) {
    assert.match(description, /^\P{Ll}.{15,}\.$/u, `${title} needs a description`);
    assert.ok(fieldConfig?.defaults.unit, `${title} needs a unit`);
    assert.ok(targets.length > 0, title);
    for (const { expr, legendFormat } of targets) {
      assertAnswerable(expr, title);
      assert.notEqual(legendFormat, "", title);
    }
  }
});

test("the dashboard shows every metric that is promised", () => {
  const asked = graphs.flatMap(({ targets = [] }) => targets.map(({ expr }) => expr)).join("\n");
  assert.deepEqual(
    promised.filter((name) => !new RegExp(`\\b${name}(_bucket|_count|_sum)?\\b`).test(asked)),
    [],
  );
});

test("every alert rule asks for metrics that exist, and is explained to the operator", () => {
  const rules = readFileSync(new URL("../../deploy/prometheus/telecast.rules.yml", import.meta.url), "utf8")
    .split(/^ {6}- alert: /m)
    .slice(1);
  assert.ok(rules.length > 10);
  const guide = readFileSync(new URL("../../docs/operating.md", import.meta.url), "utf8");
  for (const rule of rules) {
    const name = /^\w+/.exec(rule)?.[0] ?? "";
    assertAnswerable(/^ {8}expr: (.+)$/m.exec(rule)?.[1] ?? "", name);
    assert.match(rule, /^ {10}severity: (critical|warning)$/m, name);
    assert.match(rule, /^ {10}summary: .+$/m, name);
    assert.match(rule, /^ {10}description: .+\.?$/m, name);
    assert.ok(guide.includes(`\`${name}\``), `docs/operating.md does not explain ${name}`);
  }
});
