export interface ConfigProblem {
  readonly variable: string;
  readonly expected: string;
}

/** The environment is not usable. `serve.ts` prints one line per problem and exits with 78 (`EX_CONFIG`). */
export class ConfigError extends Error {
  override readonly name = "ConfigError";
  readonly problems: readonly ConfigProblem[];

  constructor(problems: readonly ConfigProblem[], options?: ErrorOptions) {
    super(problems.map(({ variable, expected }) => `${variable}: ${expected}`).join("\n"), options);
    this.problems = problems;
  }
}
