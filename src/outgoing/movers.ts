import { Injectable } from '@nestjs/common';
import { type GasQuote } from '../chain/accounts/chain-accounts.js';
import { type Chain } from '../chain/chain.js';
import { type ChainExtent } from '../scanner/scanned-chain.js';

/** What holds for one round over a chain. */
export interface Round {
  chain: Chain;
  extent: ChainExtent;
  quote: GasQuote;
  /** Nothing new may be signed, not even a replacement. */
  isPaused: boolean;
}

/** Something that could not be done in this round, and is tried again in the next. */
export interface Failure {
  /** What failed, in words. */
  what: string;
  error: Error;
}

/** What came of a turn. */
export interface Moved {
  /** Something was signed, which waits to be broadcast. */
  hasSigned: boolean;
  /** Of single items: the others had their turn. */
  failures: readonly Failure[];
}

/** Signs what its module has to move on a chain. */
export interface Mover {
  /** Each of its items has an outcome of its own: one that cannot be moved keeps no other from being moved. */
  move(round: Round): Promise<Moved>;
}

/**
 * In this order they take turns. Refunds first: money that customers wait for is not swept away under them. Gas comes back
 * last, when nobody wants it for a transfer.
 */
export const TURNS = ['refunds', 'sweeps', 'late settlements', 'gas returns'] as const;
export type Turn = (typeof TURNS)[number];

export const NOTHING_MOVED: Moved = { hasSigned: false, failures: [] };

/** The modules that move money out register here; the round gives each its turn. */
@Injectable()
export class Movers {
  private readonly movers = new Map<Turn, Mover>();

  add(turn: Turn, mover: Mover): void {
    this.movers.set(turn, mover);
  }

  inTurn(): { turn: Turn; mover: Mover }[] {
    return TURNS.flatMap((turn) => {
      const mover = this.movers.get(turn);
      return mover === undefined ? [] : [{ turn, mover }];
    });
  }
}
