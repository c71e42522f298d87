import { type Block, type Movement } from '../blocks/block.js';
import { TooFewAnswersError } from '../rpc/agreed-answers.js';
import { RpcError } from '../rpc/rpc-endpoint.js';
import { mayPass } from '../rpc/sources.js';
import { type Address } from '../../ids/ids.js';

/** Blocks in which value is looked for that came to us from inside of transactions. */
export interface InternalSearch {
  /** Linked: each the parent of the next. At least one. */
  blocks: readonly Block[];
  /** The chain's height, by which a state that is gone is told apart from one that has yet to come. */
  head: number;
  /** Addresses whose balance is followed, lower-case; asked for where balances tell. */
  watched: () => Promise<readonly Address[]>;
  /** Which of these addresses are ours; asked for where traces tell. */
  ownAmong: (addresses: readonly Address[]) => Promise<ReadonlySet<Address>>;
}

export interface InternalFound {
  /** With their blocks' hashes. */
  movements: (Movement & { blockHash: string })[];
  /** Blocks that could not be searched, because no node has their state any more. */
  unsearched: number[];
  /** Blocks that no endpoint could trace whole: searched by balances, for watched addresses and some of the others. */
  inPart?: number[];
}

/** Finds native value that contracts sent: no transaction goes to us, and no log tells of it. */
export interface InternalTransfers {
  /** @throws RpcError, UnprovenAnswerError: nothing is known, another time may succeed */
  search(search: InternalSearch): Promise<InternalFound>;
}

export const NO_INTERNAL_TRANSFERS: InternalTransfers = {
  search: () => Promise.resolve({ movements: [], unsearched: [] }),
};

/** What several searches found, as of one. */
export function foundTogether(parts: readonly InternalFound[]): InternalFound {
  return {
    movements: parts.flatMap(({ movements }) => movements),
    unsearched: parts.flatMap(({ unsearched }) => unsearched),
    inPart: parts.flatMap(({ inPart = [] }) => inPart),
  };
}

/** The blocks with what was found in them. */
export function withInternal(blocks: readonly Block[], { movements }: InternalFound): Block[] {
  return blocks.map((block) => {
    const own = movements.filter(({ blockHash }) => blockHash === block.hash);
    return own.length === 0
      ? block
      : {
          ...block,
          movements: [...block.movements, ...own.map(({ blockHash: _, ...movement }) => movement)],
        };
  });
}

/** Full nodes keep the state of 128 blocks; with half of that, a node that merely lags is not taken for one without. */
const STATE_IS_GONE_AFTER = 64;
const STATE_IS_GONE =
  /missing trie node|historical state|state.{0,60}(unavailable|not available)|pruned|archive/i;

/**
 * Whether a node said that it does not keep the state of so old a block, and no other may have it. Where one has it and
 * another does not, the words of the latter are told as well; and one that stumbled or is away may be the one that has it.
 */
export function isStateGone(error: unknown, block: number, head: number): boolean {
  if (error instanceof TooFewAnswersError || !(error instanceof RpcError)) return false;
  if (!STATE_IS_GONE.test(error.message) || error.beside.some(mayPass)) return false;
  return head - block > STATE_IS_GONE_AFTER;
}
