import { type Fees } from './fees.js';
import { type Purpose } from './outgoing-transaction.entity.js';
import { type Sweeping } from '../config/sweeping.js';
import { type Address, type Asset } from '../ids/ids.js';

/** What is not so when something is to be signed, for machines. */
export type BrokenCode =
  'paused' | 'gas_price' | 'token' | 'treasury' | 'recipient' | 'fee_share' | 'daily_limit' | 'balance';

/** What keeps something from being signed now, and why in words. */
export interface Broken {
  code: BrokenCode;
  reason: string;
}

/** All that has to hold is decided by this, read inside the transaction that signs. Amounts in base units. */
export interface SigningFacts {
  purpose: Purpose;
  pause: { isPaused: boolean; reason: string | null };
  fees: Fees;
  /** The operator's, wei per gas; undefined: none. */
  maxGasPrice: bigint | undefined;
  /** Why a token that it moves is out of service; null: none is. */
  tokenProblem: string | null;
  /** Of sweeps: where the chain's money goes by today's settings; null: that does not matter here. */
  sweeping: Sweeping | null;
  /** Where it is to go: of a batch each part's. Lower-case. */
  recipients: readonly string[];
  /** What speaks against a recipient, as in “… is a deposit address”; null: nothing. */
  unfit: { recipient: Address; what: string } | null;
  /** The operator's account that signs is a deposit address too: what lies there is customers' money. */
  isPayerDeposit: boolean;
  /** Null: nothing is compared with the fee. */
  fee: FeeShare | null;
  /** What sweeps of an asset may still move today, and what this one moves of it. */
  days: readonly { tokenAddress: Asset; maxPerDay: bigint; left: bigint; wanted: bigint }[];
  /** Null: somebody else answers for it. */
  balance: { has: bigint; promised: bigint; needed: bigint; asset: string } | null;
}

/** Wei: what it is expected to cost in all, and what it may. */
export interface FeeShare {
  expected: bigint;
  /** Null: any. */
  most: bigint | null;
}

/**
 * What holds is checked here and nowhere else: for single transfers and batches, refunds, gas and its return, the making of
 * a contract, and for bytes that replace others. In the order in which they are reported.
 */
const RULES: readonly ((facts: SigningFacts) => Broken | null)[] = [
  notPaused,
  gasNotDear,
  tokenInService,
  treasuryOfToday,
  fitRecipient,
  ownMoney,
  feeWithinShare,
  withinTheDay,
  coveredByBalance,
];

/** @returns the first that does not hold; null: it may be signed */
export function brokenBy(facts: SigningFacts): Broken | null {
  for (const rule of RULES) {
    const broken = rule(facts);
    if (broken !== null) return broken;
  }
  return null;
}

/** Null: nothing is paused. */
export function notPaused({ pause }: Pick<SigningFacts, 'pause'>): Broken | null {
  if (!pause.isPaused) return null;
  return { code: 'paused', reason: `sweeping is paused${pause.reason === null ? '' : `: ${pause.reason}`}` };
}

/** Null: gas costs no more than the operator would pay. */
export function gasNotDear({
  fees: { maxFeePerGas },
  maxGasPrice,
}: Pick<SigningFacts, 'fees' | 'maxGasPrice'>): Broken | null {
  if (maxGasPrice === undefined || maxFeePerGas <= maxGasPrice) return null;
  return { code: 'gas_price', reason: `gas costs ${maxFeePerGas} wei, and max_gas_price is ${maxGasPrice}` };
}

/** Null: so is every token that it moves. */
export function tokenInService({ tokenProblem }: Pick<SigningFacts, 'tokenProblem'>): Broken | null {
  return tokenProblem === null ? null : { code: 'token', reason: `out of service: ${tokenProblem}` };
}

/** Null: everything goes where today's settings say. */
export function treasuryOfToday({
  sweeping,
  recipients,
}: Pick<SigningFacts, 'sweeping' | 'recipients'>): Broken | null {
  if (sweeping === null) return null;
  if ('off' in sweeping) return { code: 'treasury', reason: sweeping.off };
  if (recipients.every((recipient) => recipient === sweeping.treasury)) return null;
  return {
    code: 'treasury',
    reason: 'the treasury is another one since it was planned: it is planned again',
  };
}

function fitRecipient({ unfit }: SigningFacts): Broken | null {
  if (unfit === null) return null;
  return { code: 'recipient', reason: `${unfit.recipient} is ${unfit.what}: no money goes there` };
}

function ownMoney({ isPayerDeposit }: SigningFacts): Broken | null {
  if (!isPayerDeposit) return null;
  return {
    code: 'balance',
    reason:
      'the account that would pay is a deposit address of this wallet, and what lies there is customers’ money: ' +
      'give GAS_TANK_PRIVATE_KEY and PAYOUT_PRIVATE_KEY of accounts of another wallet',
  };
}

function feeWithinShare({ fee, purpose }: SigningFacts): Broken | null {
  if (fee === null || fee.most === null || fee.expected <= fee.most) return null;
  const sweeps = purpose === 'refund' ? [] : ['SWEEP_MAX_FEE_BPS'];
  const refunds = purpose === 'sweep' ? [] : ['REFUND_MAX_FEE_BPS'];
  return {
    code: 'fee_share',
    reason: `its fee is ${fee.expected} wei by now, and may be ${fee.most} (${[...sweeps, ...refunds].join(', of a refund ')})`,
  };
}

function withinTheDay({ days }: SigningFacts): Broken | null {
  const over = days.find(({ left, wanted }) => wanted > left);
  if (over === undefined) return null;
  const left = over.left > 0n ? over.left : 0n;
  return {
    code: 'daily_limit',
    reason: `max_per_day is ${over.maxPerDay}, and ${left} of it are left today (UTC)`,
  };
}

function coveredByBalance({ balance }: SigningFacts): Broken | null {
  if (balance === null || balance.has - balance.promised >= balance.needed) return null;
  const { has, promised, needed, asset } = balance;
  return {
    code: 'balance',
    reason: `its account has ${has} of ${asset}, ${promised} of it are promised, and ${needed} are needed`,
  };
}
