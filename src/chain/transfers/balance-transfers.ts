import { balancesAt } from './balances.js';
import { type Block, type Movement } from '../blocks/block.js';
import { tracedMovements } from './block-traces.js';
import { type BalanceProofs } from './balance-proofs.js';
import { type BlockProver } from '../proof/block-prover.js';
import {
  type InternalFound,
  type InternalSearch,
  type InternalTransfers,
  isStateGone,
} from './internal-transfers.js';
import { type Rpc, RpcError } from '../rpc/rpc-endpoint.js';
import { type RpcPool } from '../rpc/rpc-pool.js';
import { UnprovenAnswerError } from '../rpc/unproven-answer.js';
import { seenCredits, unseenCredit } from './unseen-credit.js';
import { type Address } from '../../ids/ids.js';

/**
 * `internal_transfers: balance`: by what the balances of watched addresses grew beyond the transfers seen. Between two
 * searches nothing is kept that matters: what is compared are two balances, each pinned to the hash of its block.
 */
export class BalanceTransfers implements InternalTransfers {
  private known: { blockHash: string; balances: Balances } | null = null;

  constructor(
    private readonly rpc: RpcPool,
    private readonly prover: BlockProver,
    private readonly proofs: BalanceProofs,
  ) {}

  async search({ blocks: all, head, watched }: InternalSearch): Promise<InternalFound> {
    // The first block of a chain has no state before it, and no transactions.
    const blocks = all.filter(({ number }) => number > 0);
    const [first] = blocks;
    const addresses = first ? await watched() : [];
    if (!first || addresses.length === 0) return { movements: [], unsearched: [] };
    try {
      const changed = await this.changedUnseen(blocks, addresses);
      if (changed.length === 0) return { movements: [], unsearched: [] };
      const movements = await Promise.all(blocks.map((block) => this.unseenIn(block, changed)));
      return { movements: movements.flat(), unsearched: [] };
    } catch (error) {
      if (!isStateGone(error, first.number, head)) throw error;
      return { movements: [], unsearched: blocks.map(({ number }) => number) };
    }
  }

  /** The addresses whose balances the blocks changed otherwise than their transactions show. */
  private async changedUnseen(blocks: readonly Block[], addresses: readonly Address[]): Promise<Address[]> {
    const { parentHash } = blocks[0] as Block;
    const { hash } = blocks.at(-1) as Block;
    const before = await this.knownAt(parentHash, addresses);
    const after = await this.balances(hash, addresses);
    this.known = { blockHash: hash, balances: after };
    return unseenAmong(addresses, before, after, blocks);
  }

  /** The last search ended where this one begins, as a rule; then only addresses new since are asked for. */
  private async knownAt(blockHash: string, addresses: readonly Address[]): Promise<Balances> {
    const known = this.known?.blockHash === blockHash ? this.known.balances : new Map<Address, bigint>();
    const missing = addresses.filter((address) => !known.has(address));
    return missing.length === 0 ? known : new Map([...known, ...(await this.balances(blockHash, missing))]);
  }

  private balances(blockHash: string, addresses: readonly Address[]): Promise<Map<Address, bigint>> {
    return this.rpc.fromOneEndpoint((rpc) => balancesAt(rpc, blockHash, addresses), 'balances');
  }

  private unseenIn(block: Block, addresses: readonly Address[]): Promise<InternalFound['movements']> {
    return this.proofs.first((read) =>
      this.rpc.fromOneEndpoint(async (rpc) => {
        const before = await balancesAt(rpc, block.parentHash, addresses);
        const after = await balancesAt(rpc, block.hash, addresses);
        const changed = unseenAmong(addresses, before, after, [block]);
        const found = await Promise.all(
          changed.map(async (address) => {
            const amount = await unseenCredit(rpc, this.prover, read, block, address);
            return amount > 0n ? explained(rpc, block, address, amount) : [];
          }),
        );
        return found.flat().map((movement) => ({ ...movement, blockHash: block.hash }));
      }, 'balances'),
    );
  }
}

type Balances = ReadonlyMap<Address, bigint>;

/** Whose balances changed otherwise than the blocks' transactions show. */
function unseenAmong(
  addresses: readonly Address[],
  before: Balances,
  after: Balances,
  blocks: readonly Block[],
): Address[] {
  const seen = seenCredits(blocks);
  return addresses.filter(
    (address) =>
      (after.get(address) as bigint) - (before.get(address) as bigint) !== (seen.get(address) ?? 0n),
  );
}

/** Which transactions brought it, where the node knows; else that it came, and no more. */
async function explained(rpc: Rpc, block: Block, address: Address, amount: bigint): Promise<Movement[]> {
  const traced = (await traces(rpc, block)).filter(({ to }) => to === address);
  const told = traced.reduce((total, movement) => total + movement.amount, 0n);
  if (told === amount) return traced;
  return [
    {
      kind: 'internal',
      txHash: null,
      ordinal: 0,
      logIndex: null,
      from: null,
      to: address,
      tokenAddress: null,
      amount,
    },
  ];
}

async function traces(rpc: Rpc, block: Block): Promise<Movement[]> {
  try {
    return await tracedMovements(rpc, block);
  } catch (error) {
    if (error instanceof RpcError || error instanceof UnprovenAnswerError) return [];
    throw error;
  }
}
