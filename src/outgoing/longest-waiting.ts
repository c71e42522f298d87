/**
 * The order in which items have their turns, where a round ends before all had one: those that have had none for longest come
 * first. One that waits for something takes its time in every round, and thousands of them would have the others wait for ever.
 */
export class LongestWaiting {
  private readonly lastTurns = new Map<string, number>();
  private turn = 0;

  /** Those that have never had a turn come first, else in the order given. What is not among them is forgotten. */
  inOrder<T>(items: readonly T[], keyOf: (item: T) => string): T[] {
    const keys = new Set(items.map(keyOf));
    for (const key of this.lastTurns.keys()) if (!keys.has(key)) this.lastTurns.delete(key);
    const lastTurn = (item: T) => this.lastTurns.get(keyOf(item)) ?? 0;
    return [...items].sort((one, other) => lastTurn(one) - lastTurn(other));
  }

  had(key: string): void {
    this.lastTurns.set(key, ++this.turn);
  }
}
