import { type WaitReason } from '../sweep.entity.js';

/** Money at a deposit address, and what it would take to sweep it. */
export interface Candidate {
  /** Base units of its asset that are final. */
  amount: bigint;
  /** Base units of its asset: less does not go alone. */
  minimum: bigint;
  isNative: boolean;
  /** Groups what may be added up where `valueWei` is not known. */
  asset: string;
  /** What the amount is worth in wei; null: not known, so that fees cannot be compared with it. */
  valueWei: bigint | null;
  /** What sweeping it costs, in wei. */
  feeWei: bigint;
  /** Wei that it may cost where nobody has said what it is worth; left out: any. */
  mostUnpricedFee?: bigint;
  /** It shares a transaction, which costs something besides: its share of that is no part of the fee yet. */
  isBatched?: boolean;
  isForced: boolean;
  /** What keeps it where it is, whatever it is worth. */
  obstacle: Obstacle | null;
}

export interface Obstacle {
  code: WaitReason;
  reason: string;
}

/** What a transaction costs that several share. */
export interface SharedCost {
  /** How many share it at the most, above 0. */
  size: number;
  /** Of each transaction, whoever shares it. */
  wei: bigint;
}

export type Decision = { go: true } | ({ go: false } & Obstacle);

const WHOLE_BPS = 10_000n;
const GO: Decision = { go: true };

/**
 * What goes in this batch, in the order given. Fees may take `maxFeeBps` of the batch as a whole: what pays for itself
 * goes, and carries as much as it can of what does not, the larger first.
 * @param maxFeeBps basis points
 */
export function decide(candidates: readonly Candidate[], maxFeeBps: number): Decision[] {
  const decisions = candidates.map((candidate) => alone(candidate, maxFeeBps));
  const groups = new Map<string, number[]>();
  candidates.forEach((candidate, index) => {
    const group = candidate.valueWei === null ? candidate.asset : 'by value';
    groups.set(group, [...(groups.get(group) ?? []), index]);
  });
  for (const indices of groups.values()) carry(candidates, decisions, indices, maxFeeBps);
  return decisions;
}

/**
 * As `decide`, where some share transactions: the fewer go, the more each of them pays, until those that go pay for all
 * of what they share.
 * @returns the candidates with their whole fees, and what becomes of each
 */
export function decideTogether<T extends Candidate>(
  candidates: readonly T[],
  maxFeeBps: number,
  shared: SharedCost,
): { candidates: T[]; decisions: Decision[] } {
  let sharing = candidates.filter(({ isBatched, obstacle }) => isBatched && obstacle === null).length;
  let share = 0n;
  for (;;) {
    const now = shareOf(shared, Math.max(1, sharing));
    // Never less than before, so that those that go only become fewer.
    if (now > share) share = now;
    const fee = share;
    const priced = candidates.map((one) => (one.isBatched ? { ...one, feeWei: one.feeWei + fee } : one));
    const decisions = decide(priced, maxFeeBps);
    const going = priced.filter(({ isBatched }, index) => isBatched && decisions[index]?.go).length;
    if (going === 0 || going >= sharing) return { candidates: priced, decisions };
    sharing = going;
  }
}

/** So much that all together pay for every transaction it takes. */
function shareOf({ size, wei }: SharedCost, count: number): bigint {
  const all = BigInt(Math.ceil(count / size)) * wei;
  return (all + BigInt(count) - 1n) / BigInt(count);
}

function alone(candidate: Candidate, maxFeeBps: number): Decision {
  const { obstacle, isNative, amount, feeWei, isForced, minimum } = candidate;
  if (obstacle !== null) return { go: false, ...obstacle };
  // The fee comes out of it: no batch and no order can move it.
  if (isNative && amount <= feeWei) {
    return { go: false, code: 'fee_share', reason: `it is ${amount} wei, and to sweep it costs ${feeWei}` };
  }
  if (isForced) return GO;
  if (amount < minimum)
    return { go: false, code: 'minimum', reason: `${amount} is below the minimum of ${minimum}` };
  if (isTooDearUnpriced(candidate)) return { go: false, ...tooDearUnpriced(candidate) };
  const { worth, threshold } = weighed(candidate, maxFeeBps);
  if (worth >= threshold) return GO;
  const reason = `its fee of ${feeWei} wei is more than ${maxFeeBps} basis points of its worth, ${worth} wei`;
  return { go: false, code: 'fee_share', reason };
}

function carry(
  candidates: readonly Candidate[],
  decisions: Decision[],
  indices: readonly number[],
  maxFeeBps: number,
): void {
  let surplus = 0n;
  const waiting: { index: number; lack: bigint }[] = [];
  for (const index of indices) {
    const candidate = candidates[index] as Candidate;
    const decision = decisions[index] as Decision;
    const { worth, threshold } = weighed(candidate, maxFeeBps);
    // What was forced is no part of what must pay.
    if (decision.go && !candidate.isForced) surplus += worth - threshold;
    const isCarriable = !decision.go && candidate.obstacle === null && !isTooDearUnpriced(candidate);
    if (isCarriable && !(candidate.isNative && candidate.amount <= candidate.feeWei)) {
      waiting.push({ index, lack: threshold - worth });
    }
  }
  waiting.sort((a, b) => (a.lack < b.lack ? -1 : Number(a.lack > b.lack)));
  for (const { index, lack } of waiting) {
    if (lack > surplus) return;
    surplus -= lack;
    decisions[index] = GO;
  }
}

/** What nobody has put a price on cannot be compared with its fee: it has a ceiling instead, whoever goes along. */
function isTooDearUnpriced({ valueWei, feeWei, mostUnpricedFee }: Candidate): boolean {
  return valueWei === null && mostUnpricedFee !== undefined && feeWei > mostUnpricedFee;
}

function tooDearUnpriced({ feeWei, mostUnpricedFee }: Candidate): Obstacle {
  return {
    code: 'fee_share',
    reason: `its fee of ${feeWei} wei is more than the ${mostUnpricedFee} of sweep.max_fee, and nobody has said what it is worth`,
  };
}

/** What it is worth and what it would have to be worth to go alone: in wei, or in its own asset. */
function weighed(
  { amount, minimum, valueWei, feeWei }: Candidate,
  maxFeeBps: number,
): { worth: bigint; threshold: bigint } {
  if (valueWei === null) return { worth: amount, threshold: minimum };
  const byFee = (feeWei * WHOLE_BPS + BigInt(maxFeeBps) - 1n) / BigInt(maxFeeBps);
  const byMinimum = amount === 0n ? 0n : (minimum * valueWei + amount - 1n) / amount;
  return { worth: valueWei, threshold: byFee > byMinimum ? byFee : byMinimum };
}
