export { type Config, isSecret, readConfig, variableNames } from "./config.ts";
export { ConfigError, type ConfigProblem } from "./config-error.ts";
export { makeDirectory } from "./make-directory.ts";
export { masterKey } from "./master-key.ts";
