export { type Config, isSecret, readConfig, variableNames } from "./config.ts";
export { ConfigError, type ConfigProblem } from "./config-error.ts";
export { masterKey } from "./master-key.ts";
