import { quantity } from '../encoding.js';
import { type RawTransaction } from '../blocks/raw-block.js';
import { type Field } from './rlp.js';

/** Arbitrum's own (nitro, core/types/arb_types.go): they come from the chain below or from the chain itself, unsigned. */
export const ARBITRUM_TYPES: readonly number[] = [0x64, 0x65, 0x66, 0x68, 0x69, 0x6a, 0x78];

const DEPOSIT = 0x64;
const UNSIGNED = 0x65;
const CONTRACT = 0x66;
const RETRY = 0x68;
const SUBMIT_RETRYABLE = 0x69;
const INTERNAL = 0x6a;

/** Whom transactions go to whose hash does not cover that: they pay nobody. */
const FIXED_RECIPIENTS: Readonly<Record<number, string>> = {
  [SUBMIT_RETRYABLE]: '0x000000000000000000000000000000000000006e',
  [INTERNAL]: '0x00000000000000000000000000000000000a4b05',
};

/**
 * The fields of a transaction of one of Arbitrum's types, in the order in which they are hashed.
 * @returns undefined for every other type, for 0x78 (from before Nitro, whose hash is made of something else), and where
 * the node says what the hash does not cover: a recipient or a value that the type does not have
 */
export function arbitrumFields(raw: RawTransaction): Field[] | undefined {
  const recipient = FIXED_RECIPIENTS[raw.type];
  if (recipient !== undefined && (raw.to !== recipient || raw.value !== 0n)) return undefined;
  return fieldsByType[raw.type]?.(raw);
}

const fieldsByType: Record<number, ((raw: RawTransaction) => Field[]) | undefined> = {
  [DEPOSIT]: (raw) => [
    quantity(raw.chainId),
    raw.requestId ?? '0x',
    raw.from,
    raw.to ?? '0x',
    quantity(raw.value),
  ],
  [UNSIGNED]: (raw) => [quantity(raw.chainId), raw.from, quantity(raw.nonce), ...call(raw)],
  [CONTRACT]: (raw) => [quantity(raw.chainId), raw.requestId ?? '0x', raw.from, ...call(raw)],
  [RETRY]: (raw) => [
    quantity(raw.chainId),
    quantity(raw.nonce),
    raw.from,
    ...call(raw),
    raw.ticketId ?? '0x',
    raw.refundTo ?? '0x',
    quantity(raw.maxRefund),
    quantity(raw.submissionFeeRefund),
  ],
  [SUBMIT_RETRYABLE]: (raw) => [
    quantity(raw.chainId),
    raw.requestId ?? '0x',
    raw.from,
    quantity(raw.l1BaseFee),
    quantity(raw.depositValue),
    feeCap(raw),
    quantity(raw.gas),
    raw.retryTo ?? '0x',
    quantity(raw.retryValue),
    raw.beneficiary ?? '0x',
    quantity(raw.maxSubmissionFee),
    raw.refundTo ?? '0x',
    raw.retryData ?? '0x',
  ],
  [INTERNAL]: (raw) => [quantity(raw.chainId), raw.input],
};

function call(raw: RawTransaction): Field[] {
  return [feeCap(raw), quantity(raw.gas), raw.to ?? '0x', quantity(raw.value), raw.input];
}

function feeCap({ maxFeePerGas, gasPrice }: RawTransaction): string {
  return quantity(maxFeePerGas ?? gasPrice);
}
