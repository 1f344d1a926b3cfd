/** `tell`: too many, and the person has not been told yet. */
export type FloodVerdict = "pass" | "tell" | "drop";

/** Counts what one person asks for, in a sliding minute. In memory: a limit for the impatient, not a quota to be exact about. */
export interface FloodGate {
  /**
   * @param atMs when it was asked for, not when it is handled: what gathered while nobody was there is no flood.
   * @param updateId the same update counts once, however often it is tried.
   */
  readonly judge: (request: {
    readonly personId: number;
    readonly kind: string;
    readonly updateId: number;
    readonly atMs: number;
    readonly perMinute: number;
  }) => FloodVerdict;
}

const windowMs = 60_000;
/** People remembered at once; above it those who have been quiet for longest are forgotten. */
const mostPeople = 50_000;

interface Recent {
  passed: { readonly atMs: number; readonly updateId: number }[];
  /** The update with which he was told. */
  toldBy: number | undefined;
}

export function createFloodGate(): FloodGate {
  const people = new Map<string, Recent>();

  return {
    judge: ({ personId, kind, updateId, atMs, perMinute }) => {
      const key = `${kind}:${personId}`;
      const recent = people.get(key) ?? { passed: [], toldBy: undefined };
      // Puts whoever asked last at the end.
      people.delete(key);
      people.set(key, recent);
      if (people.size > mostPeople) people.delete(people.keys().next().value ?? key);

      if (recent.passed.some((each) => each.updateId === updateId)) return "pass";
      recent.passed = recent.passed.filter((each) => each.atMs > atMs - windowMs);
      if (recent.passed.length < perMinute) {
        recent.passed.push({ atMs, updateId });
        recent.toldBy = undefined;
        return "pass";
      }
      recent.toldBy ??= updateId;
      return recent.toldBy === updateId ? "tell" : "drop";
    },
  };
}
