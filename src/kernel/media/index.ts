export type { MediaFile, MediaStore, NewMedia } from "./media-store.ts";
