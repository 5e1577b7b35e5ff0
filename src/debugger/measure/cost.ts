/** What something took, by the machine's own clock. */
export interface Cost {
  readonly instructions: number;
  readonly ticks: number;
}

export const NOTHING: Cost = { instructions: 0, ticks: 0 };

export const plus = (left: Cost, right: Cost): Cost => ({
  instructions: left.instructions + right.instructions,
  ticks: left.ticks + right.ticks,
});

export const minus = (left: Cost, right: Cost): Cost => ({
  instructions: left.instructions - right.instructions,
  ticks: left.ticks - right.ticks,
});

/** Adds to what stands under `key`; nothing stands for 0. */
export function addTo(sums: Map<string, Cost>, key: string, cost: Cost): void {
  sums.set(key, plus(sums.get(key) ?? NOTHING, cost));
}
