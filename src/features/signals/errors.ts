import type { ErrorDefinition } from "#kernel/lib/errors.ts";

/** A signal that contradicts itself; the field is the one that should be looked at first. */
export const inconsistentSignal = {
  code: "signals.inconsistent",
  status: 422,
  message: "{field}: expected {expected}",
} as const satisfies ErrorDefinition;

export const unknownSignal = {
  code: "signals.unknown_signal",
  status: 404,
  message: "there is no signal {id}",
} as const satisfies ErrorDefinition;

export const foreignSource = {
  code: "signals.foreign_source",
  status: 403,
  message: "this API key writes as {source} and as no other source",
} as const satisfies ErrorDefinition;

export const signalIsOver = {
  code: "signals.is_over",
  status: 409,
  message: "this signal has ended or was cancelled: it cannot be changed any more",
} as const satisfies ErrorDefinition;

export const outcomeKnown = {
  code: "signals.outcome_known",
  status: 409,
  message: "this signal has another outcome already",
} as const satisfies ErrorDefinition;

export const noOutcome = {
  code: "signals.no_outcome",
  status: 422,
  message: "only signals to buy or to sell have an outcome",
} as const satisfies ErrorDefinition;

/** The same for an unknown token and a wrong one: a stranger learns nothing. */
export const hookRefused = {
  code: "signals.hook_refused",
  status: 404,
  message: "there is nothing here",
} as const satisfies ErrorDefinition;

export const unreadableHook = {
  code: "signals.unreadable",
  status: 400,
  message: "expected the alert's message as JSON: {problem}",
} as const satisfies ErrorDefinition;

export const unknownSource = {
  code: "signals.unknown_source",
  status: 404,
  message: "there is no source {source}",
} as const satisfies ErrorDefinition;

export const unknownApiKey = {
  code: "signals.unknown_api_key",
  status: 422,
  message: "there is no live API key that begins with {prefix}",
} as const satisfies ErrorDefinition;

export const unknownSubscriber = {
  code: "signals.unknown_subscriber",
  status: 404,
  message: "there is no such subscriber",
} as const satisfies ErrorDefinition;

export const demoRefused = {
  code: "signals.demo_refused",
  status: 409,
  message: "there are real signals here: a demo would mix made-up numbers with theirs. Try it on a database of its own",
} as const satisfies ErrorDefinition;
