import { type Block, type Movement } from '../blocks/block.js';
import { tracedMovements } from './block-traces.js';
import { type BalanceProofs, type ReadBalance } from './balance-proofs.js';
import { inKnownFormFirst, OddStructureError, type OnNewerForm } from '../proof/newer-form.js';
import { type BlockProver } from '../proof/block-prover.js';
import {
  type InternalFound,
  type InternalSearch,
  type InternalTransfers,
  isStateGone,
} from './internal-transfers.js';
import { type AgreedAnswers } from '../rpc/agreed-answers.js';
import { type RpcPool } from '../rpc/rpc-pool.js';
import { UnprovenAnswerError } from '../rpc/unproven-answer.js';
import { creditsSaid, requireOneAmount } from './agreed-credits.js';
import { unseenCredits } from './unseen-credit.js';
import { type Address } from '../../ids/ids.js';

/** `internal_transfers: trace`: by what the node says ran in each block, for every address of ours. */
export class TracedTransfers implements InternalTransfers {
  constructor(
    private readonly rpc: RpcPool,
    private readonly prover: BlockProver,
    private readonly balances: BalanceProofs,
    private readonly agreed: AgreedAnswers,
  ) {}

  async search({ blocks, head, ownAmong }: InternalSearch): Promise<InternalFound> {
    const searched = await Promise.all(
      blocks
        .filter(({ runsCode }) => runsCode)
        .map(async (block) => ({ block, moved: await this.tracedIn(block, head, ownAmong) })),
    );
    return {
      movements: searched.flatMap(({ block, moved }) =>
        (moved ?? []).map((movement) => ({ ...movement, blockHash: block.hash })),
      ),
      unsearched: searched.flatMap(({ block, moved }) => (moved === null ? [block.number] : [])),
    };
  }

  /** @returns null when no node has the block's state any more */
  private async tracedIn(
    block: Block,
    head: number,
    ownAmong: InternalSearch['ownAmong'],
  ): Promise<Movement[] | null> {
    try {
      return await inKnownFormFirst((onOdd) =>
        this.balances.first(async (read, isProved) => {
          const { own, arrived } = await this.rpc.fromOneEndpoint(async (rpc) => {
            const traced = await tracedMovements(rpc, block, onOdd);
            const ours = await ownAmong([...new Set(traced.map(({ to }) => to))]);
            const grown = await unseenCredits(rpc, this.prover, read, block, [...ours]);
            for (const [address, amount] of grown) requireArrival(block, address, traced, amount, onOdd);
            return { own: traced.filter(({ to }) => ours.has(to)), arrived: grown };
          }, 'traces');
          if (!isProved) await this.requireOneWord(block, read, arrived);
          return own;
        }),
      );
    } catch (error) {
      if (!isStateGone(error, block.number, head)) throw error;
      return null;
    }
  }

  /**
   * Trace and balance are of one endpoint, and where the balance is not proved, all have to say that it grew by as much.
   * @throws UnprovenAnswerError when another says otherwise; TooFewAnswersError while another may answer
   */
  private async requireOneWord(
    block: Block,
    read: ReadBalance,
    arrived: ReadonlyMap<Address, bigint>,
  ): Promise<void> {
    if (this.agreed.isOnlyOne || arrived.size === 0) return;
    const said = await creditsSaid(this.agreed, this.prover, read, block, [...arrived.keys()]);
    requireOneAmount(block, [arrived, ...said]);
  }
}

/**
 * A trace is the node's word alone; the balance has to have grown by as much. By more it grows where a withdrawal or a
 * reward came as well, which is rare: so other endpoints are asked first whether these traces lack something.
 */
function requireArrival(
  { hash }: Block,
  address: Address,
  traced: readonly Movement[],
  arrived: bigint,
  onOdd: OnNewerForm,
): void {
  const told = traced.reduce(
    (total, { from, to, amount }) =>
      total + (to === address ? amount : 0n) - (from === address ? amount : 0n),
    0n,
  );
  if (arrived === told) return;
  const what = `its traces bring ${address} ${told} wei, its balance tells of ${arrived}`;
  if (arrived < told) throw new UnprovenAnswerError(hash, what);
  onOdd(new OddStructureError(hash, what));
}
