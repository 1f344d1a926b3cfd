import type { History } from "./history.ts";
import { arrivalRules } from "./rules/arrival.ts";
import { moneyRules } from "./rules/money.ts";
import { paceRules } from "./rules/pace.ts";
import { progressRules } from "./rules/progress.ts";
import type { Rule, Violation } from "./rules/rule.ts";

export const rules: readonly Rule[] = [...arrivalRules, ...paceRules, ...moneyRules, ...progressRules];

export interface Verdict {
  readonly rule: Rule;
  readonly violations: readonly Violation[];
}

export function judge(history: History): readonly Verdict[] {
  return rules.map((rule) => ({ rule, violations: rule.check(history) }));
}
