import { type Block, type Movement } from '../blocks/block.js';
import { requireAllTraced, type Traced, tracedInBlock, TracesLackingError } from './block-traces.js';
import { type BalanceProofs, type ReadBalance } from './balance-proofs.js';
import { BalanceTransfers } from './balance-transfers.js';
import { inKnownFormFirst, OddStructureError, type OnNewerForm } from '../proof/newer-form.js';
import { type BlockProver } from '../proof/block-prover.js';
import {
  foundTogether,
  type InternalFound,
  type InternalSearch,
  type InternalTransfers,
  isStateGone,
} from './internal-transfers.js';
import { type AgreedAnswers } from '../rpc/agreed-answers.js';
import { type RpcPool } from '../rpc/rpc-pool.js';
import { Sources, type SourcesOptions } from '../rpc/sources.js';
import { UnprovenAnswerError } from '../rpc/unproven-answer.js';
import { creditsSaid, requireOneAmount } from './agreed-credits.js';
import { unseenCredits } from './unseen-credit.js';
import { type Address, type TxHash } from '../../ids/ids.js';

type Asked = Omit<InternalSearch, 'blocks'>;

/** What any endpoint told of the inside of a block's transactions. */
interface Seen {
  block: Block;
  /** Of transactions of which it told all: only then the place of a movement among the others is sure, by which it is known. */
  whole: Map<TxHash, Movement[]>;
  /** To whom anything moved, also by what could be read of the others. */
  recipients: Set<Address>;
}

const BALANCES = 'balances in place of traces';
/** So long traces that may be had in a moment are waited for: as long as the scan waits for a search (internal-searches.ts). */
const TRACES_WAITED_FOR_MS = 5 * 60_000;

/** Which of the ways is asked. */
export function tracesOrBalances(options: Pick<SourcesOptions, 'onRest' | 'now'> = {}): Sources {
  return new Sources({ ...options, patienceMs: TRACES_WAITED_FOR_MS });
}

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
    private readonly sources = tracesOrBalances(),
  ) {
    this.byBalance = new BalanceTransfers(rpc, prover, balances, agreed);
  }

  async search({ blocks, ...asked }: InternalSearch): Promise<InternalFound> {
    const told = await Promise.all(
      blocks.filter(({ runsCode }) => runsCode).map((block) => this.toldOf(block, asked)),
    );
    const searched = told.filter((one) => 'movements' in one);
    // One run after the other: each reads all balances, of every endpoint.
    for (const run of linked(told.filter((one) => 'whole' in one)))
      searched.push(await this.byBalances(run, asked));
    return foundTogether(searched);
  }

  /** @returns what was found; or where no endpoint told all, what they told, so that the balances are asked */
  private toldOf(block: Block, asked: Asked): Promise<InternalFound | Seen> {
    const seen: Seen = { block, whole: new Map(), recipients: new Set() };
    return this.sources.first<InternalFound | Seen>(block.hash, [
      { name: 'traces', ask: () => this.byTraces(block, asked, seen) },
      { name: BALANCES, ask: () => Promise.resolve(seen) },
    ]);
  }

  private async byTraces(block: Block, asked: Asked, seen: Seen): Promise<InternalFound | Seen> {
    try {
      const movements = await this.tracedIn(block, asked.ownAmong, seen);
      return {
        movements: movements.map((movement) => ({ ...movement, blockHash: block.hash })),
        unsearched: [],
      };
    } catch (error) {
      if (isStateGone(error, block.number, asked.head)) return { movements: [], unsearched: [block.number] };
      // It is the nodes' habit, and no trouble with this block: traces are asked for again with the next one.
      if (error instanceof TracesLackingError && error.areOdd) return seen;
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

  /**
   * What came is told by balances; by which transaction, where what is known of them brings as much.
   * @param run linked
   */
  private async byBalances(run: readonly Seen[], asked: Asked): Promise<InternalFound> {
    const blocks = run.map(({ block }) => block);
    const recipients = [...new Set(run.flatMap((seen) => [...seen.recipients]))];
    const own = recipients.length === 0 ? [] : await asked.ownAmong(recipients);
    const watched = async () => [...new Set([...(await asked.watched()), ...own])];
    const known = new Map(run.map(({ block, whole }) => [block.hash, [...whole.values()].flat()]));
    try {
      const found = await this.byBalance.search({ blocks, head: asked.head, watched }, (_rpc, { hash }) =>
        Promise.resolve(known.get(hash) ?? []),
      );
      return { ...found, inPart: found.unsearched.length > 0 ? [] : blocks.map(({ number }) => number) };
    } catch (error) {
      blocks.forEach(({ hash }) => this.sources.failed(BALANCES, hash, error));
      throw error;
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

function keep({ whole, recipients }: Seen, { movements, lacking }: Traced): void {
  for (const [hash, moved] of movements) {
    moved.forEach(({ to }) => recipients.add(to));
    if (!lacking.has(hash)) whole.set(hash, moved);
  }
}

/** Those that follow each other without a gap, together. */
function linked(all: readonly Seen[]): Seen[][] {
  const runs: Seen[][] = [];
  for (const seen of all) {
    const run = runs.at(-1);
    if (run !== undefined && run.at(-1)?.block.hash === seen.block.parentHash) run.push(seen);
    else runs.push([seen]);
  }
  return runs;
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
