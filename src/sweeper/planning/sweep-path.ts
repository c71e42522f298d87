import { type ChainConfig, type SweepBatches } from '../../config/chains.js';
import { type Circumstances } from '../../outgoing/outgoing-follower.js';
import { type Sweep } from '../sweep.entity.js';

/** A sweep whose turn it is. Amounts in base units of its asset. */
export interface Due {
  sweep: Sweep;
  /** What is at the address for good. */
  final: bigint;
  /** What of it may be moved now. */
  most: bigint;
}

/** How a chain's tokens go together; undefined: this asset goes by itself, as the native one does, cheap as it is. */
export function batchesFor({ sweep }: ChainConfig, tokenAddress: string | null): SweepBatches | undefined {
  return tokenAddress === null ? undefined : sweep.batches;
}

/** A way of money from deposit addresses to the treasury. */
export interface SweepPath {
  /**
   * Takes the next step of each, at most one of each address. One that cannot go waits or fails, with the reason, and
   * keeps no other.
   * @returns whether anything was signed, which waits to be broadcast
   * @throws RpcError, when all have had their turn: what was not done is done at the next step
   */
  move(chain: ChainConfig, due: readonly Due[], circumstances: Circumstances): Promise<boolean>;
}
