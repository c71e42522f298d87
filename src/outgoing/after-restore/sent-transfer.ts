import { Interface, Transaction } from 'ethers';
import { type RawTransaction } from '../../chain/blocks/raw-block.js';
import { type OutgoingRecord } from '../outgoing.repository.js';
import { isEmptyOf } from '../transaction-bytes.js';
import { type Address, type Asset, toAddress, toTokenAddress } from '../../ids/ids.js';

const erc20 = new Interface(['function transfer(address to, uint256 value)']);
const TRANSFER_SELECTOR = '0xa9059cbb';

/** What a transaction moves, where it is a plain transfer as we sign them. */
export interface MovedByTransaction {
  /** Lower-case. */
  recipient: Address;
  /** Null: the native asset. */
  tokenAddress: Asset;
  /** Base units. */
  amount: bigint;
}

/** Null: it calls something else, or makes a contract. */
export function transferOf({ to, value, input }: RawTransaction): MovedByTransaction | null {
  if (to === null) return null;
  if (input === '0x') return { recipient: to, tokenAddress: null, amount: value };
  if (value !== 0n || !input.startsWith(TRANSFER_SELECTOR)) return null;
  try {
    const [recipient, amount] = erc20.decodeFunctionData('transfer', input).toArray() as [string, bigint];
    return { recipient: toAddress(recipient), tokenAddress: toTokenAddress(to), amount };
  } catch {
    return null;
  }
}

/**
 * Whether a mined transaction does what ours was signed for, with other fees: bytes of ours that this database does not
 * have, as those that replaced them after a backup, or gave it up. The caller knows that account and nonce are the same.
 */
export function doesTheSame(
  mined: Pick<RawTransaction, 'to' | 'value' | 'input'>,
  { outgoing, attempts }: Pick<OutgoingRecord, 'outgoing' | 'attempts'>,
): boolean {
  const last = attempts.at(-1);
  if (last === undefined) return false;
  if (isEmptyOf(outgoing.from, mined)) return true;
  const { to, value, data } = Transaction.from(last.raw);
  if ((to?.toLowerCase() ?? null) !== mined.to || data !== mined.input) return false;
  // Of one that empties its account the fee comes out of what it moves.
  return value === mined.value || (outgoing.isDrain && mined.value > 0n);
}
