/** What a part of a batch costs by itself, and what it may cost with its share of the transaction. Wei. */
export interface PayingPart {
  ownFee: bigint;
  /** Null: any. */
  mostFee: bigint | null;
}

/**
 * Which of them pay for a transaction together: the fewer they are, the more each pays of what they share, until all that
 * are left can.
 * @param sharedWei what the transaction costs, whoever shares it
 * @returns those that go; and those that stay, with what each would have cost
 */
export function payTogether<T extends PayingPart>(
  parts: readonly T[],
  sharedWei: bigint,
): { going: T[]; staying: { part: T; fee: bigint }[] } {
  let going = [...parts];
  const staying: { part: T; fee: bigint }[] = [];
  for (;;) {
    const count = BigInt(Math.max(1, going.length));
    const share = (sharedWei + count - 1n) / count;
    const dear = going.filter(({ ownFee, mostFee }) => mostFee !== null && ownFee + share > mostFee);
    if (dear.length === 0) return { going, staying };
    staying.push(...dear.map((part) => ({ part, fee: part.ownFee + share })));
    going = going.filter((part) => !dear.includes(part));
  }
}
