import { type ChainConfig } from '../config/chains.js';
import { type Circumstances } from '../outgoing/outgoing-follower.js';
import { type Sweep } from './sweep.entity.js';

/** A sweep whose turn it is. Amounts in base units of its asset. */
export interface Due {
  sweep: Sweep;
  /** What is at the address for good. */
  final: bigint;
  /** What of it may be moved now. */
  most: bigint;
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
