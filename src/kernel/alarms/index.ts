export { type Alarms, type AlarmsDeps, createAlarms } from "./alarms.ts";
export { selfTest } from "./self-test.ts";
export { alarmSettings } from "./settings.ts";
export { formatDuration } from "./tell.ts";
