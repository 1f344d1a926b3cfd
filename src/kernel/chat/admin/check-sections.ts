import type { AdminSection } from "../../feature.ts";

/** @throws when two sections claim the same name, or one a name that buttons cannot carry: the program must not start so. */
export function checkSections(sections: readonly AdminSection[]): void {
  const labels = new Map<string, string>();
  for (const { id, label, pages, actions = {} } of sections) {
    const other = labels.get(id);
    if (other !== undefined) throw new Error(`the admin section ${id} is claimed by both ${other} and ${label}`);
    if (!/^[a-z]{2,5}$/.test(id)) throw new Error(`the admin section ${id} of ${label} has not two to five letters`);
    labels.set(id, label);
    const both = Object.keys(actions).find((name) => Object.hasOwn(pages, name));
    if (both !== undefined) throw new Error(`${both} is both a page and an action of the admin section ${id}`);
    const wrong = [...Object.keys(pages), ...Object.keys(actions)].find((name) => !/^[a-z]{2,9}$/.test(name));
    if (wrong !== undefined) throw new Error(`${wrong} of the admin section ${id} has not two to nine letters`);
  }
}
