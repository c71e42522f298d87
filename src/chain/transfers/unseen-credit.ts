import { type ReadBalance } from './balance-proofs.js';
import { type Block } from '../blocks/block.js';
import { type BlockProver } from '../proof/block-prover.js';
import { type RawTransaction } from '../blocks/raw-block.js';
import { signerOf } from '../proof/sender.js';
import { feeOf } from '../blocks/receipt-fee.js';
import { type Rpc, RpcError } from '../rpc/rpc-endpoint.js';
import { UnprovenAnswerError } from '../rpc/unproven-answer.js';
import { type Address } from '../../ids/ids.js';

/** So many balances are asked for at once: anybody may give a wei to each address of ours in one transaction. */
const AT_ONCE = 50;

/**
 * By how much a block raised each address's balance beyond the transfers of value that its transactions show: what came
 * from inside of transactions, as a withdrawal (EIP-4895) or as a reward. What an address itself spent is added back.
 * The block is read and proved once for all of them.
 * @param read how both balances are read: proved by their headers, or believed
 * @param addresses lower-case
 * @returns wei by address; below 0 where code at the address sent something away
 * @throws RpcError, UnprovenAnswerError
 */
export async function unseenCredits(
  rpc: Rpc,
  prover: BlockProver,
  read: ReadBalance,
  block: Block,
  addresses: readonly Address[],
): Promise<Map<Address, bigint>> {
  const credits = new Map<Address, bigint>();
  if (addresses.length === 0) return credits;
  const [full, parent] = await Promise.all([
    rpc.call('eth_getBlockByHash', [block.hash, true]),
    rpc.call('eth_getBlockByHash', [block.parentHash, false]),
  ]);
  if (full?.hash !== block.hash || parent?.hash !== block.parentHash) {
    throw new RpcError('the node', 'eth_getBlockByHash', 'it does not have the block, or its parent', {
      kind: 'not_found',
    });
  }
  prover.blockAgain(full, block.number);
  const seen = seenCredits([block]);
  const senders = full.transactions.map(senderOf);
  const creditOf = async (address: Address): Promise<void> => {
    const [before, after] = await Promise.all([read(rpc, parent, address), read(rpc, full, address)]);
    const own = full.transactions.filter((_transaction, index) => senders[index] === address);
    if (prover.proofs === 'full') own.forEach((transaction) => requireSigner(block, transaction));
    const spent = await Promise.all(own.map((transaction) => costOf(rpc, block, transaction)));
    credits.set(address, after - before + sum(spent) - (seen.get(address) ?? 0n));
  };
  for (let first = 0; first < addresses.length; first += AT_ONCE)
    await Promise.all(addresses.slice(first, first + AT_ONCE).map(creditOf));
  return credits;
}

/** As the node names it; where that cannot be read, as the signature has it. */
function senderOf(transaction: RawTransaction): Address | null {
  return transaction.unread?.includes('from') === true ? signerOf(transaction) : transaction.from;
}

/** Wei that blocks' transactions show as going to each address, by themselves. */
export function seenCredits(blocks: readonly Block[]): Map<string, bigint> {
  const seen = new Map<string, bigint>();
  for (const { kind, to, amount } of blocks.flatMap(({ movements }) => movements)) {
    if (kind === 'native') seen.set(to, (seen.get(to) ?? 0n) + amount);
  }
  return seen;
}

/** What an address is said to have spent is added to what reached it: so it has to have signed it. */
function requireSigner(block: Block, transaction: RawTransaction): void {
  const [signer, sender] = [signerOf(transaction), senderOf(transaction)];
  if (signer === null || signer === sender) return;
  throw new UnprovenAnswerError(block.hash, `${transaction.hash} was not signed by ${sender}`);
}

async function costOf(rpc: Rpc, block: Block, transaction: RawTransaction): Promise<bigint> {
  const { hash, value, gasPrice = 0n } = transaction;
  const mostPrice = transaction.maxFeePerGas ?? transaction.gasPrice;
  const receipt = await rpc.call('eth_getTransactionReceipt', [hash]);
  if (receipt === null)
    throw new RpcError('the node', 'eth_getTransactionReceipt', 'it does not have the receipt yet');
  const price = receipt.effectiveGasPrice ?? gasPrice;
  const fee = feeOf(receipt, price);
  if (transaction.unread?.includes('gas') === true)
    throw new RpcError('the node', 'for what a transaction cost', `it does not tell the gas of ${hash}`);
  if (receipt.gasUsed > transaction.gas || (mostPrice !== undefined && price > mostPrice)) {
    throw new UnprovenAnswerError(block.hash, `${hash} is said to have cost more than it allowed`);
  }
  const blobs = (receipt.blobGasUsed ?? 0n) * (receipt.blobGasPrice ?? 0n);
  const moved = receipt.status === 1 ? value : 0n;
  return moved + fee + blobs;
}

function sum(amounts: readonly bigint[]): bigint {
  return amounts.reduce((total, amount) => total + amount, 0n);
}
