interface Room {
  readonly height: number;
  readonly from: number;
  readonly to: number;
}

/**
 * How far each label has to move from its middle so that none covers another and all stay within the room, moving as
 * little as possible and keeping their order. With too little room for all they overlap at its end.
 */
export function spreadLabels(middles: readonly number[], { height, from, to }: Room): readonly number[] {
  const order = middles.map((middle, index) => ({ middle, index })).toSorted((a, b) => a.middle - b.middle);
  const placed: number[] = [];
  for (const { middle } of order) {
    const least = placed.length === 0 ? from + height / 2 : (placed.at(-1) ?? 0) + height;
    placed.push(Math.max(middle, least));
  }
  let most = to - height / 2;
  for (let at = placed.length - 1; at >= 0; at -= 1) {
    placed[at] = Math.min(placed[at] ?? 0, most);
    most = (placed[at] ?? 0) - height;
  }
  const shifts = middles.map(() => 0);
  for (const [at, { middle, index }] of order.entries()) shifts[index] = (placed[at] ?? middle) - middle;
  return shifts;
}
