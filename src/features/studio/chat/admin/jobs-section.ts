import { sheetOf, turnButtons } from "#kernel/chat/index.ts";
import type { AdminAction, AdminPage, AdminScreen, AdminSection, AdminView, Kernel } from "#kernel/feature.ts";
import { oneLine } from "#kernel/lib/foreign-text.ts";
import { Html } from "#kernel/lib/html.ts";
import { formatCredits } from "#kernel/lib/money.ts";
import { longId, shortId } from "#kernel/lib/short-id.ts";
import type { Button } from "#kernel/telegram/index.ts";
import { type Catalogue, findModel, formatResolution } from "#providers/video/catalogue.ts";

import type { Advance, JobFollowUp } from "../../advance.ts";
import { formatDollars } from "../../dollars.ts";
import { countJobs, type JobCount, jobLists, type JobListName, type ListedJob, listJobs } from "../../job-list.ts";
import { isCancellable, isEnded } from "../../job-state.ts";
import { findJob, type VideoJob } from "../../job.ts";
import { modelSettings } from "../../settings.ts";

export interface JobsSectionDeps extends Pick<Kernel, "accounts" | "settings"> {
  readonly advance: Advance;
  readonly followUp: JobFollowUp;
}

const jobsPerPage = 8;
const longestName = 20;

/** Videos on their way and of the last day: where they are, whose they are, what they cost; never what was asked for. */
export function jobsSection(deps: JobsSectionDeps): AdminSection {
  const show: AdminPage = async (view, [id]) => await jobScreen(deps, view, id);
  return {
    id: "jobs",
    label: "studio-admin-jobs",
    glance: async ({ t, tx, now }) => t("studio-admin-jobs-glance", sums(await countJobs(tx, now))),
    pages: { main: listPage(deps), show, sure: confirmPage },
    actions: { cancel: cancelJob(deps, show), look: lookAtJob(deps, show) },
  };
}

function sums(counts: readonly JobCount[]): Readonly<Record<JobListName, number>> {
  const sum = (name: JobListName): number =>
    counts.filter(({ list }) => list === name).reduce((total, { count }) => total + count, 0);
  return { running: sum("running"), waiting: sum("waiting"), failed: sum("failed"), done: sum("done") };
}

function listPage(deps: JobsSectionDeps): AdminPage {
  return async (view, [wanted, page]) => {
    const { t, tx, now, open } = view;
    const counts = await countJobs(tx, now);
    const totals = sums(counts);
    const list = jobLists.find((each) => each === wanted) ?? jobLists.find((each) => totals[each] > 0) ?? "running";
    const sheet = sheetOf(page, jobsPerPage);
    const jobs = await listJobs(tx, { list, now, ...sheet });
    const { models } = await deps.settings.read(modelSettings);
    const rows: (readonly Button[])[] = [];
    for (const job of jobs.slice(0, jobsPerPage)) {
      rows.push([open(await lineOf(deps, view, { job, models }), "show", shortId(job.id))]);
    }
    return {
      html: Html.join([
        t("studio-admin-jobs-title"),
        t("studio-admin-jobs-counts", totals),
        ...counts
          .filter((each) => each.list === list)
          .map(({ provider, count }) => t("studio-admin-jobs-at", { provider, count })),
      ]),
      buttons: [
        jobLists.map((each) =>
          open(`${each === list ? "● " : ""}${t.plain(`studio-admin-jobs-${each}`)} ${totals[each]}`, "main", each),
        ),
        ...rows,
        ...turnButtons(view, { sheet, found: jobs.length, page: "main", args: [list] }),
      ],
    };
  };
}

/** `🎨 42% · Veo 3 Fast · Alex · 14:05`. */
async function lineOf(
  { accounts }: JobsSectionDeps,
  { t, tx, user }: AdminView,
  { job, models }: { readonly job: ListedJob; readonly models: Catalogue },
): Promise<string> {
  const person = await accounts.userById(tx, job.userId);
  return t.plain("studio-admin-job-line", {
    state: t.plain(`studio-admin-sign-${job.state}`),
    percent: job.state === "running" ? ` ${job.progress}%` : "",
    model: labelOf(models, job.model),
    name: person === undefined ? "–" : oneLine(person.firstName, longestName),
    time: new Intl.DateTimeFormat(t.language, { timeStyle: "short", timeZone: user.timeZone }).format(job.orderedAt),
  });
}

function labelOf(models: Catalogue, id: string): string {
  return findModel(models, id)?.label ?? id;
}

async function jobScreen(deps: JobsSectionDeps, view: AdminView, id: string | undefined): Promise<AdminScreen> {
  const { t, tx, user, act, open, openUser } = view;
  const job = await findJob(tx, longId(id));
  if (job === undefined) return { html: t("studio-admin-job-gone") };
  const person = await deps.accounts.userById(tx, job.userId);
  const clock = new Intl.DateTimeFormat(t.language, {
    dateStyle: "short",
    timeStyle: "medium",
    timeZone: user.timeZone,
  });
  const at = (date: Date | undefined): string => (date === undefined ? "–" : clock.format(date));
  const { models } = await deps.settings.read(modelSettings);
  const lines = [
    t("studio-admin-job", {
      model: labelOf(models, job.model),
      seconds: job.durationSeconds,
      size: formatResolution(job),
      state: stateWords(view, job),
      ordered: at(job.orderedAt),
      submitted: at(job.submittedAt),
      finished: at(job.finishedAt),
      provider: job.provider,
      price: formatCredits(job.price, t.language),
      cost: formatDollars(job.costUsdMicros, t.language),
    }),
  ];
  if (job.standIn !== undefined) lines.push(t("studio-admin-job-stand-in", { model: labelOf(models, job.standIn) }));
  if (job.setbacks > 0) lines.push(t("studio-admin-job-setbacks", { count: job.setbacks }));
  lines.push(t("studio-admin-job-id", { id: job.id }));
  const code = shortId(job.id);
  const stop = open(t.plain("studio-admin-button-cancel"), "sure", code);
  return {
    html: Html.join(lines),
    buttons: [
      ...(isEnded(job.state)
        ? []
        : [
            [
              ...(isCancellable(job.state) ? [stop] : []),
              act({ text: t.plain("studio-admin-button-look") }, "look", code),
            ],
          ]),
      ...(person === undefined ? [] : [[openUser(`👤 ${oneLine(person.firstName, longestName)}`, person.id)]]),
    ],
  };
}

function stateWords({ t }: AdminView, { state, progress, failure }: VideoJob): string {
  const words = `${t.plain(`studio-admin-sign-${state}`)} ${t.plain(`studio-admin-state-${state}`)}`;
  if (state === "running") return `${words}, ${progress}%`;
  return failure === undefined ? words : `${words}: ${t.plain(`studio-admin-failure-${failure}`)}`;
}

async function confirmPage({ t, act }: AdminView, [id = ""]: readonly string[]): Promise<AdminScreen> {
  return await Promise.resolve({
    html: t("studio-admin-cancel-sure"),
    buttons: [[act({ text: t.plain("studio-admin-button-cancel-sure"), style: "danger" }, "cancel", id)]],
    back: ["show", id],
  });
}

/** Ends it as its owner could: paid back, and said on his card. */
function cancelJob({ advance }: JobsSectionDeps, show: AdminPage): AdminAction {
  return async (scene, [id = ""]) => {
    const { t, tx, answer, audit } = scene;
    const done = await advance(tx, longId(id), { type: "cancelled" });
    if (done.ok) {
      const { from, job } = done;
      await audit({
        action: "studio.job_cancelled",
        subject: `job:${job.id}`,
        before: { state: from },
        after: { state: job.state },
      });
    }
    answer(t.plain(done.ok ? "studio-admin-cancelled" : "studio-cancel-too-late"), { alert: !done.ok });
    return await show(scene, [id]);
  };
}

/** Has the next step tried now, whatever is planned. Steps that are not due change nothing. */
function lookAtJob({ followUp }: JobsSectionDeps, show: AdminPage): AdminAction {
  return async (scene, [id = ""]) => {
    const { t, tx, answer } = scene;
    const job = await findJob(tx, longId(id));
    if (job?.state === "running") await followUp.nudge(tx, job.id);
    else if (job?.state === "fetching") await followUp.fetch(tx, job.id);
    else if (job?.state === "ordered") await followUp.dispatch(tx);
    answer(t.plain("studio-admin-looking"));
    return await show(scene, [id]);
  };
}
