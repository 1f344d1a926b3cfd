/** How long making a video takes, from handing it over to its arrival. */
export interface MakingTime {
  /** Half of them take less. */
  readonly usual: number;
  /** Nine of ten take less. */
  readonly long: number;
}

/** What is shown when nothing says how far a video is: up to this share when it takes as long as usual, in per cent. */
const shareAtUsual = 80;
const highestShare = 95;

/**
 * How far a video probably is, in per cent, for providers that do not say: even until the usual time, then ever slower,
 * and never done before it is.
 */
export function estimateProgress(elapsedSeconds: number, { usual }: MakingTime): number {
  const part = Math.max(elapsedSeconds, 0) / Math.max(usual, 1);
  if (part <= 1) return Math.floor(part * shareAtUsual);
  return Math.floor(shareAtUsual + (highestShare - shareAtUsual) * (1 - Math.exp(1 - part)));
}

/** Undefined when it takes longer than nine of ten do: then nobody can say. */
export function secondsLeft(elapsedSeconds: number, { usual, long }: MakingTime): number | undefined {
  const end = elapsedSeconds < usual ? usual : long;
  return elapsedSeconds >= end ? undefined : end - elapsedSeconds;
}

/** Until the job at this position (1 is the next) begins: each place comes free once in the time that a video takes. */
export function secondsInLine(position: number, of: { readonly places: number; readonly usual: number }): number {
  return (position / Math.max(of.places, 1)) * of.usual;
}

/** As people say it, rounded up so that it is rather kept than broken: 0 is "less than a minute". */
export function roughMinutes(seconds: number): number {
  if (seconds < 50) return 0;
  const minutes = Math.ceil(seconds / 60);
  return minutes <= 10 ? minutes : Math.ceil(minutes / 5) * 5;
}
