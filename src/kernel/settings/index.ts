export { defineSettings, type Settings, type SettingsChange, type SettingsSection } from "./section.ts";
