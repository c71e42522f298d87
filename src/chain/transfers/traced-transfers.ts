import { type Block, type Movement } from '../blocks/block.js';
import { requireAllTraced, type Traced, tracedInBlock, TracesLackingError } from './block-traces.js';
import { type BalanceProofs, type ReadBalance } from './balance-proofs.js';
import { BalanceTransfers } from './balance-transfers.js';
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
import { Sources } from '../rpc/sources.js';
import { UnprovenAnswerError } from '../rpc/unproven-answer.js';
import { creditsSaid, requireOneAmount } from './agreed-credits.js';
import { unseenCredits } from './unseen-credit.js';
import { type Address, type TxHash } from '../../ids/ids.js';

type Asked = Omit<InternalSearch, 'blocks'>;
/** What any endpoint told of the inside of a block's transactions. */
type Seen = Map<TxHash, Movement[]>;

/**
 * `internal_transfers: trace`: by what the node says ran in each block, for every address of ours. Where no endpoint
 * traces all of a block, what it brought is told by the balances of watched addresses, and of those that were seen in
 * what could be traced: one transaction that nobody can trace hides nothing beside it, and anybody may send one. Where
 * block after block cannot be traced, traces are left alone for a while.
 */
export class TracedTransfers implements InternalTransfers {
  private readonly byBalance: BalanceTransfers;

  constructor(
    private readonly rpc: RpcPool,
    private readonly prover: BlockProver,
    private readonly balances: BalanceProofs,
    private readonly agreed: AgreedAnswers,
    private readonly sources = new Sources(),
  ) {
    this.byBalance = new BalanceTransfers(rpc, prover, balances, agreed);
  }

  async search({ blocks, ...asked }: InternalSearch): Promise<InternalFound> {
    const searched = await Promise.all(
      blocks.filter(({ runsCode }) => runsCode).map((block) => this.searchIn(block, asked)),
    );
    return {
      movements: searched.flatMap(({ movements }) => movements),
      unsearched: searched.flatMap(({ unsearched }) => unsearched),
      inPart: searched.flatMap(({ inPart = [] }) => inPart),
    };
  }

  private searchIn(block: Block, asked: Asked): Promise<InternalFound> {
    const seen: Seen = new Map();
    return this.sources.first(block.hash, [
      { name: 'traces', ask: () => this.byTraces(block, asked, seen) },
      { name: 'balances in place of traces', ask: () => this.byBalances(block, asked, seen) },
    ]);
  }

  private async byTraces(block: Block, asked: Asked, seen: Seen): Promise<InternalFound> {
    try {
      const movements = await this.tracedIn(block, asked.ownAmong, seen);
      return {
        movements: movements.map((movement) => ({ ...movement, blockHash: block.hash })),
        unsearched: [],
      };
    } catch (error) {
      if (isStateGone(error, block.number, asked.head)) return { movements: [], unsearched: [block.number] };
      // It is the nodes' habit, and no trouble with this block: traces are asked for again with the next one.
      if (error instanceof TracesLackingError && error.areOdd) return this.byBalances(block, asked, seen);
      throw error;
    }
  }

  /** @throws TracesLackingError where no endpoint tells all */
  private tracedIn(block: Block, ownAmong: Asked['ownAmong'], seen: Seen): Promise<Movement[]> {
    return inKnownFormFirst((onOdd) =>
      this.balances.first(async (read, isProved) => {
        const { own, arrived } = await this.rpc.fromOneEndpoint(async (rpc) => {
          const told = await tracedInBlock(rpc, block);
          keep(seen, told);
          requireAllTraced(block, told);
          const traced = [...told.movements.values()].flat();
          const ours = await ownAmong(recipientsOf(traced));
          const grown = await unseenCredits(rpc, this.prover, read, block, [...ours]);
          for (const [address, amount] of grown) requireArrival(block, address, traced, amount, onOdd);
          return { own: traced.filter(({ to }) => ours.has(to)), arrived: grown };
        }, 'traces');
        if (!isProved) await this.requireOneWord(block, read, arrived);
        return own;
      }),
    );
  }

  /** What came is told by balances; by which transaction, where what is known of them brings as much. */
  private async byBalances(block: Block, asked: Asked, seen: Seen): Promise<InternalFound> {
    const traced = [...seen.values()].flat();
    const own = traced.length === 0 ? [] : await asked.ownAmong(recipientsOf(traced));
    const watched = async () => [...new Set([...(await asked.watched()), ...own])];
    const found = await this.byBalance.search({ blocks: [block], head: asked.head, watched }, () =>
      Promise.resolve(traced),
    );
    return { ...found, inPart: found.unsearched.length > 0 ? [] : [block.number] };
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

function keep(seen: Seen, { movements, lacking }: Traced): void {
  for (const [hash, moved] of movements) if (!lacking.has(hash) || !seen.has(hash)) seen.set(hash, moved);
}

function recipientsOf(movements: readonly Movement[]): Address[] {
  return [...new Set(movements.map(({ to }) => to))];
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
