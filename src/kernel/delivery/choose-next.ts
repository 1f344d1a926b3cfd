import type { Clock } from "../lib/clock.ts";
import type { Backlog } from "./backlog.ts";
import type { Contents, PreparedContent } from "./contents.ts";
import type { Candidate, Choice } from "./horizon.ts";
import type { Departure, Pacer } from "./pacer.ts";
import type { Uploads } from "./uploads.ts";

/** How many more may be put on the wire: in all, and of the low lanes. */
export interface Room {
  readonly all: number;
  readonly low: number;
}

export interface Chosen {
  /** Counted by the pacer, their files reserved: to be sent now. */
  readonly taken: readonly Candidate[];
  /** Contents that have to be read before anybody can choose. */
  readonly unread: readonly Candidate[];
  /** When to choose again, if nothing else happens. */
  readonly waitMs: number;
}

export interface ChooserDeps {
  readonly clock: Clock;
  readonly backlog: Backlog;
  readonly contents: Contents;
  readonly uploads: Uploads;
  readonly pacer: () => Pacer;
  readonly isInFlight: (id: number) => boolean;
  /** Contents are being read: the next ones are read together when that is over. */
  readonly isReading: () => boolean;
}

/** From this lane on a part of the wire stays free for the lanes above: slow uploads of a broadcast never hold up a reply. */
export const firstLowLane = 3;
/** Long enough that a hundred thousand who wait for one upload cost nothing. */
const uploadWaitMs = 250;
const unreadWaitMs = 20;
/** Contents read together; more of them than are kept would push each other out. */
const mostUnread = 256;
/** Known under the old and the new id of a chat that has moved. */
const doubledWaitMs = 500;

/** What the pacer has to know of it. */
export function departureOf({ chatId, lane, edit }: Candidate, content: PreparedContent | undefined): Departure {
  const messages = content?.content.kind === "album" ? content.content.items.length : 1;
  return { chatId, lane, edit, messages };
}

/** The next ones by lane, then by age, as far as there is room and pace; per chat and lane only the first, and only if it may go. */
export function makeChooseNext(deps: ChooserDeps): (room: Room) => Chosen {
  const { clock, backlog, contents, uploads, pacer } = deps;
  return (room) => {
    const taken: Candidate[] = [];
    const unread: Candidate[] = [];
    let stoppedForMs: number | undefined;
    let waitMs = Number.POSITIVE_INFINITY;

    const choose = (candidate: Candidate): Choice => {
      if (deps.isInFlight(candidate.id)) return { take: false, chatWaitMs: doubledWaitMs };
      const content = contents.get(candidate.contentId);
      if (content === undefined && !candidate.fileless && !contents.isGone(candidate.contentId)) {
        if (deps.isReading() || unread.length >= mostUnread) return "stop";
        unread.push(candidate);
        return { take: false, chatWaitMs: unreadWaitMs };
      }
      if (content !== undefined && !uploads.mayGo(content)) return { take: false, chatWaitMs: uploadWaitMs };
      const departure = departureOf(candidate, content);
      const verdict = pacer().ask(departure);
      if (verdict.go) {
        pacer().promise(departure);
        if (content !== undefined) uploads.reserve(content);
        return { take: true };
      }
      if (verdict.scope === "chat") return { take: false, chatWaitMs: verdict.waitMs };
      stoppedForMs = verdict.waitMs;
      return "stop";
    };

    for (const [lane, horizon] of backlog.lanes.entries()) {
      const most = (lane < firstLowLane ? room.all : room.low) - taken.length;
      if (most > 0) taken.push(...horizon.choose(most, choose));
      waitMs = Math.min(waitMs, (horizon.nextAtMs() ?? Number.POSITIVE_INFINITY) - clock.monotonicMs());
      // What the bot as a whole may not send now, no lower lane may.
      if (stoppedForMs !== undefined) break;
    }
    return { taken, unread, waitMs: Math.min(waitMs, stoppedForMs ?? Number.POSITIVE_INFINITY) };
  };
}
