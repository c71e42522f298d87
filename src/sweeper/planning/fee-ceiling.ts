const WHOLE_BPS = 10_000n;

/** A sweep as it was planned, and what it would move now. */
export interface SharedFee {
  isForced: boolean;
  /** Wei that what it moves now is worth; null: nobody has said. */
  valueWei: bigint | null;
  /** Wei: its fee and the worth of what it was to move, when it was planned. */
  planned: { feeWei: bigint; valueWei: bigint | null };
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
  const wasCarried = planned.valueWei !== null && planned.feeWei > shareOf(planned.valueWei, maxFeeBps);
  const carried = wasCarried ? planned.feeWei + planned.feeWei / 8n : 0n;
  return share > carried ? share : carried;
}

function shareOf(valueWei: bigint, maxFeeBps: number): bigint {
  return (valueWei * BigInt(maxFeeBps)) / WHOLE_BPS;
}
