const WHOLE_BPS = 10_000n;

/** A sweep as it was planned, and what it would move now. */
export interface SharedFee {
  isForced: boolean;
  /** Wei that what it moves now is worth; null: nobody has said. */
  valueWei: bigint | null;
  /** When it was planned: its fee in wei, and whether that was more than its share, so that others were to carry it. */
  planned: { feeWei: bigint; isCarried: boolean };
}

/**
 * The most that the fee of a sweep may be when it is signed. What pays for itself may take its share. What was planned to
 * be carried by others of its plan may cost what it was to cost then, and an eighth: a base fee moves so much in a block.
 * @param maxFeeBps basis points
 * @returns wei; null: any
 */
export function feeCeiling({ isForced, valueWei, planned }: SharedFee, maxFeeBps: number): bigint | null {
  if (isForced || valueWei === null) return null;
  const share = shareOf(valueWei, maxFeeBps);
  const carried = planned.isCarried ? planned.feeWei + planned.feeWei / 8n : 0n;
  return share > carried ? share : carried;
}

/** Whether a sweep costs more than its share: others of its plan carry it, or it does not go. */
export function isAboveShare(feeWei: bigint, valueWei: bigint | null, maxFeeBps: number): boolean {
  return valueWei !== null && feeWei > shareOf(valueWei, maxFeeBps);
}

function shareOf(valueWei: bigint, maxFeeBps: number): bigint {
  return (valueWei * BigInt(maxFeeBps)) / WHOLE_BPS;
}
