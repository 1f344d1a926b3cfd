export { defineSettings, type Settings, type SettingsChange, type SettingsSection } from "./section.ts";
export { createSettings, type SettingsDeps, settingsMigrations, type SettingsStore } from "./settings.ts";
