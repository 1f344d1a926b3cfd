import type { Session } from "../session/session.ts";

const acceptedTypes: ReadonlySet<string> = new Set(["image/jpeg", "image/png", "image/webp"]);
const largestBytes = 10 * 1024 * 1024;

export const photoAccept = [...acceptedTypes].join(",");

/** Opens the sheet that sends photos with a caption; says why files of another kind or size are left out. */
export function acceptPhotos(session: Session, files: readonly File[]): void {
  if (files.length === 0) return;
  const { composer } = session.texts.value;
  const images = files.filter((file) => acceptedTypes.has(file.type));
  const fitting = images.filter((file) => file.size <= largestBytes);
  if (images.length < files.length) session.toasts.show(composer.notImage);
  if (fitting.length < images.length) session.toasts.show(composer.tooBig);
  if (fitting.length > 0) session.sheet.value = { kind: "photos", files: fitting };
}
