/**
 * What each of several pays of one fee: the same, and the first what is left of it, so that they add up to the wei.
 * @param fee wei
 * @param count above 0
 */
export function feeShares(fee: bigint, count: number): bigint[] {
  const share = fee / BigInt(count);
  const rest = fee - share * BigInt(count);
  return Array.from({ length: count }, (_, index) => (index === 0 ? share + rest : share));
}
