export type { MediaFile, MediaStore, NewMedia } from "./media-store.ts";
export { type Chart, type ChartBuilder, type Charts, type ChartSize, createCharts } from "./charts.ts";
export { createDrawingProcess, type DrawingDeps, type DrawingOptions, type DrawingProcess } from "./drawing-process.ts";
export type { Draw, DrawingTask, DrawingTools } from "./drawing-task.ts";
export { assertFontFiles } from "./fonts.ts";
export { createLocalFiles, type FileStorage } from "./local-files.ts";
export { createMediaFiles, type MediaFiles, type MediaFilesDeps } from "./media-files.ts";
export type { Swept } from "./sweep.ts";
