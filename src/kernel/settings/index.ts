export { defineSettings, type Settings, type SettingsChange, type SettingsSection } from "./section.ts";
export { createSettings, type SettingsDeps, type SettingsStore } from "./settings.ts";
