import { balancesAt } from './balances.js';
import { type Block, type Movement } from '../blocks/block.js';
import { tracedInBlock } from './block-traces.js';
import { type BalanceProofs } from './balance-proofs.js';
import { type BlockProver } from '../proof/block-prover.js';
import {
  type InternalFound,
  type InternalSearch,
  type InternalTransfers,
  isStateGone,
} from './internal-transfers.js';
import { type AgreedAnswers } from '../rpc/agreed-answers.js';
import { creditsSaid, requireOneAmount } from './agreed-credits.js';
import { type Rpc, RpcError } from '../rpc/rpc-endpoint.js';
import { type RpcPool } from '../rpc/rpc-pool.js';
import { UnprovenAnswerError } from '../rpc/unproven-answer.js';
import { seenCredits, unseenCredits } from './unseen-credit.js';
import { type Address } from '../../ids/ids.js';

/** When one endpoint has answered, the others have so much longer, ms: what one conceals, another is to show. */
const OTHERS_LATER_MS = 1_000;
/**
 * So many balances are compared block by block; of more, only those at the two ends of a run. What an address spent in a
 * run, as by a sweep, may be as much as what came to it from inside, and the ends would show neither.
 */
const COMPARED_BY_BLOCK = 2_000;
/** So many balances at most are proved where one endpoint alone says that nothing came. */
const PROVED_AT_MOST = 20;

/**
 * `internal_transfers: balance`: by what the balances of watched addresses grew beyond the transfers seen. That nothing
 * came is not believed of one endpoint while another shows that something did. Between two searches nothing is kept that
 * matters: what is compared are two balances, each pinned to the hash of its block.
 */
export class BalanceTransfers implements InternalTransfers {
  private known: { blockHash: string; balances: Balances } | null = null;

  constructor(
    private readonly rpc: RpcPool,
    private readonly prover: BlockProver,
    private readonly proofs: BalanceProofs,
    private readonly agreed: AgreedAnswers,
  ) {}

  /** @param traced what is known of what moved inside of the transactions of a block, by which what came is explained */
  async search(
    { blocks: all, head, watched }: Omit<InternalSearch, 'ownAmong'>,
    traced: TracedBy = traces,
  ): Promise<InternalFound> {
    // The first block of a chain has no state before it, and no transactions.
    const blocks = all.filter(({ number }) => number > 0);
    const [first] = blocks;
    const addresses = first ? await watched() : [];
    if (!first || addresses.length === 0) return { movements: [], unsearched: [] };
    try {
      const changed = await this.changedUnseen(blocks, addresses);
      if (changed.length === 0) return { movements: [], unsearched: [] };
      const movements = await Promise.all(blocks.map((block) => this.unseenIn(block, changed, traced)));
      return { movements: movements.flat(), unsearched: [] };
    } catch (error) {
      if (!isStateGone(error, first.number, head)) throw error;
      return { movements: [], unsearched: blocks.map(({ number }) => number) };
    }
  }

  /** The addresses whose balances the blocks changed otherwise than their transactions show, as any endpoint has it. */
  private async changedUnseen(blocks: readonly Block[], addresses: readonly Address[]): Promise<Address[]> {
    // The last search ended where this one begins, as a rule; then only addresses new since are asked for.
    const isKnown = this.known?.blockHash === blocks[0]?.parentHash;
    const said = await this.saidByAll(blocks, addresses, isKnown ? this.known?.balances : undefined);
    const [first] = said as [Course];
    const after = lastOf(first);
    const isAlone = said.length === 1 && !this.agreed.isOnlyOne;
    const isAgreed = said.every((course) =>
      addresses.every((one) => lastOf(course).get(one) === after.get(one)),
    );
    const { hash: blockHash } = blocks.at(-1) as Block;
    this.known = isAgreed && !isAlone ? { blockHash, balances: after } : null;
    const changed = changedAmong(addresses, said);
    if (!isAlone) return changed;
    const unchanged = addresses.filter((address) => !changed.includes(address));
    return [...changed, ...(await this.concealed(blockHash, after, unchanged))];
  }

  /** The balances of each, by every endpoint that answers, and does so not long after the first. At least one. */
  private async saidByAll(
    blocks: readonly Block[],
    addresses: readonly Address[],
    known: Balances = new Map<Address, bigint>(),
  ): Promise<Course[]> {
    const { parentHash } = blocks[0] as Block;
    const missing = addresses.filter((address) => !known.has(address));
    const isByBlock = addresses.length * blocks.length <= COMPARED_BY_BLOCK;
    const runs = isByBlock ? blocks.map((block) => [block]) : [blocks];
    const read = async (rpc: Rpc): Promise<Course> => {
      const [before, ...afters] = await Promise.all([
        balancesAt(rpc, parentHash, missing),
        ...runs.map((run) => balancesAt(rpc, (run.at(-1) as Block).hash, addresses)),
      ]);
      const all = [new Map([...known, ...before]), ...afters];
      return runs.map((run, index) => ({
        blocks: run,
        before: all[index] as Balances,
        after: all[index + 1] as Balances,
      }));
    };
    return this.rpc.fromEveryEndpoint(read, 'balances', { mostGraceMs: OTHERS_LATER_MS, isEvenOld: true });
  }

  /** Those of few addresses that have another balance than one endpoint says; none where no endpoint proves it. */
  private async concealed(hash: string, said: Balances, addresses: readonly Address[]): Promise<Address[]> {
    if (addresses.length === 0 || addresses.length > PROVED_AT_MOST) return [];
    return this.proofs.first(async (read, isProved) => {
      if (!isProved) return [];
      return this.rpc.fromOneEndpoint(async (rpc) => {
        const header = await rpc.call('eth_getBlockByHash', [hash, false]);
        if (header === null)
          throw new RpcError('the node', 'eth_getBlockByHash', 'it does not have the block', {
            kind: 'not_found',
          });
        const balances = await Promise.all(addresses.map((address) => read(rpc, header, address)));
        return addresses.filter((address, index) => balances[index] !== said.get(address));
      }, 'balances');
    });
  }

  private async unseenIn(
    block: Block,
    among: readonly Address[],
    tracedBy: TracedBy,
  ): Promise<InternalFound['movements']> {
    const said = await this.saidByAll([block], among);
    const isAlone = said.length === 1 && !this.agreed.isOnlyOne;
    const changed = isAlone ? among : changedAmong(among, said);
    return this.proofs.first(async (read, isProved) => {
      // What no proof decides waits until the endpoints agree.
      if (!isProved) requireOneWord(block, among, said);
      const { movements, credits } = await this.rpc.fromOneEndpoint(async (rpc) => {
        const amounts = await unseenCredits(rpc, this.prover, read, block, changed);
        const grown = [...amounts].filter(([, amount]) => amount > 0n);
        const traced = grown.length > 0 ? await tracedBy(rpc, block) : [];
        const movements = grown.flatMap(([address, amount]) => explained(traced, address, amount));
        return { movements, credits: amounts };
      }, 'balances');
      if (!isProved && !this.agreed.isOnlyOne && credits.size > 0) {
        requireOneAmount(block, [
          credits,
          ...(await creditsSaid(this.agreed, this.prover, read, block, changed)),
        ]);
      }
      return movements.map((movement) => ({ ...movement, blockHash: block.hash }));
    });
  }
}

type TracedBy = (rpc: Rpc, block: Block) => Promise<readonly Movement[]>;

/** What an endpoint says of addresses before and after some blocks. */
interface Ends {
  blocks: readonly Block[];
  before: Balances;
  after: Balances;
}

/** Of one run of blocks after the other, one at least. */
type Course = readonly Ends[];

function lastOf(course: Course): Balances {
  return (course.at(-1) as Ends).after;
}

type Balances = ReadonlyMap<Address, bigint>;

/** Whose balances changed otherwise than the blocks' transactions show. */
function unseenAmong(addresses: readonly Address[], { blocks, before, after }: Ends): Address[] {
  const seen = seenCredits(blocks);
  return addresses.filter(
    (address) =>
      (after.get(address) as bigint) - (before.get(address) as bigint) !== (seen.get(address) ?? 0n),
  );
}

/** The same by the word of any endpoint. */
function changedAmong(addresses: readonly Address[], said: readonly Course[]): Address[] {
  return [...new Set(said.flat().flatMap((ends) => unseenAmong(addresses, ends)))];
}

/** @throws UnprovenAnswerError when endpoints say different things of an address */
function requireOneWord({ hash }: Block, addresses: readonly Address[], said: readonly Course[]): void {
  const grown = ({ before, after }: Ends, address: Address) =>
    (after.get(address) as bigint) - (before.get(address) as bigint);
  const [first, ...others] = said.map(([ends]) => ends) as [Ends, ...Ends[]];
  for (const address of addresses) {
    const other = others.find((ends) => grown(ends, address) !== grown(first, address));
    if (other === undefined) continue;
    const words = `${grown(first, address)} and ${grown(other, address)} wei`;
    throw new UnprovenAnswerError(
      hash,
      `endpoints contradict each other about what it brought ${address}: ${words}`,
    );
  }
}

/** Which transactions brought it, where the node knows; else that it came, and no more. */
function explained(all: readonly Movement[], address: Address, amount: bigint): Movement[] {
  const traced = all.filter(({ to }) => to === address);
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

/** Of those transactions of which the node tells all: what the others brought is explained by nothing. */
async function traces(rpc: Rpc, block: Block): Promise<Movement[]> {
  try {
    const { movements, lacking } = await tracedInBlock(rpc, block);
    return [...movements].flatMap(([hash, moved]) => (lacking.has(hash) ? [] : moved));
  } catch (error) {
    if (error instanceof RpcError || error instanceof UnprovenAnswerError) return [];
    throw error;
  }
}
