import type { FamilyName } from "./task-family.ts";

/** What is stored of a task: enough to ask for it, and to know how new it is, after a restart too. */
export interface TaskReference {
  readonly family: FamilyName;
  readonly createdAtMs: number;
  /** KIE's own name of it. */
  readonly id: string;
}

export function formatReference({ family, createdAtMs, id }: TaskReference): string {
  return `${family}:${createdAtMs}:${id}`;
}

/** Undefined for what `formatReference` has not made. */
export function parseReference(reference: string): TaskReference | undefined {
  const [, family, createdAtMs, id] = /^(veo|runway|jobs):(\d{1,15}):(.+)$/s.exec(reference) ?? [];
  if (family === undefined || id === undefined) return undefined;
  return { family: family as FamilyName, createdAtMs: Number(createdAtMs), id };
}
