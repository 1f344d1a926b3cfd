/** What the address says is open. It lives in the fragment, so that Back works and a reload stays where it was. */
export interface Route {
  readonly personId?: number;
  readonly chatId?: number;
  readonly threadId?: number;
}

/** Reads `#/person/chat/topic`; anything else counts as nothing chosen. */
export function parseRoute(fragment: string): Route {
  const [personId, chatId, threadId] = fragment
    .replace(/^#?\/?/, "")
    .split("/")
    .map(toId);
  if (personId === undefined) return {};
  if (chatId === undefined) return { personId };
  return threadId === undefined ? { personId, chatId } : { personId, chatId, threadId };
}

export function formatRoute({ personId, chatId, threadId }: Route): string {
  const known: number[] = [];
  for (const id of [personId, chatId, threadId]) {
    if (id === undefined) break;
    known.push(id);
  }
  return `#/${known.join("/")}`;
}

function toId(text: string): number | undefined {
  return /^-?\d{1,16}$/.test(text) ? Number(text) : undefined;
}
