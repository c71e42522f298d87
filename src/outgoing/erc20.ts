import { Interface } from 'ethers';
import { type RawLog } from '../chain/blocks/raw-block.js';
import { tokenTransferOf } from '../chain/transfers/movements.js';
import { type Address, type TokenAddress } from '../ids/ids.js';

const erc20 = new Interface(['function transfer(address to, uint256 value)']);

/** The call data of ERC-20's `transfer`. */
export function transferData(to: Address, amount: bigint): string {
  return erc20.encodeFunctionData('transfer', [to, amount]);
}

/** Whether `transfer` said no. Many tokens say nothing at all, which is no refusal. */
export function saysNo(returned: string): boolean {
  return /^0x0*$/.test(returned) && returned.length > 2;
}

/**
 * Base units that logs show as moved from one to the other: less than was sent where the token takes a fee. More than
 * was sent a contract may claim as often as it likes, and it is no more.
 */
export function movedBy(
  logs: readonly RawLog[],
  { token, from, to, sent }: { token: TokenAddress; from: Address; to: Address; sent: bigint },
): bigint {
  const claimed = logs
    .filter(({ address }) => address === token)
    .map((log, ordinal) => tokenTransferOf(log, { txHash: log.transactionHash, ordinal }))
    .filter((movement) => movement?.from === from && movement.to === to)
    .reduce((sum, movement) => sum + (movement?.amount ?? 0n), 0n);
  return claimed < sent ? claimed : sent;
}
