import { Injectable } from '@nestjs/common';
import { type Chain } from '../chain/chain.js';
import { MinedTransactions } from './mined-transactions.js';
import { type Failure, type Round } from './movers.js';
import { OutgoingBooks } from './outgoing-books.js';
import { type OutgoingRecord, OutgoingRepository } from './outgoing.repository.js';
import { Reopenings } from './reopenings.js';
import { StandingWatch } from './standing-watch.js';
import { UnminedTransactions } from './unmined-transactions.js';

/**
 * Brings what was signed to its end: broadcast, mined, final; again after a reorg or a crash, with the same bytes. It
 * decides by what is in Postgres and on the chain alone, so that it does not matter when it stopped.
 */
@Injectable()
export class OutgoingFollower {
  constructor(
    private readonly outgoing: OutgoingRepository,
    private readonly reopenings: Reopenings,
    private readonly books: OutgoingBooks,
    private readonly mined: MinedTransactions,
    private readonly unmined: UnminedTransactions,
    private readonly standing: StandingWatch,
  ) {}

  /** What has to be so before anything is followed or signed. @throws RpcError */
  async prepare(chain: Chain): Promise<void> {
    await this.reopenings.look(chain);
    await this.books.open(chain);
  }

  /** One round over everything of the chain that is not final. @returns what could not be followed now */
  async follow(round: Round): Promise<Failure[]> {
    const open = await this.outgoing.open(round.chain.chainId);
    this.standing.look(round.chain, open);
    const rounds = byAddress(open).map((own) => this.followAddress(round, own));
    return (await Promise.all(rounds)).flat();
  }

  /** In the order of nonces: a node that lacks one keeps those after it waiting. Each for itself all the same. */
  private async followAddress(round: Round, records: readonly OutgoingRecord[]): Promise<Failure[]> {
    const failures: Failure[] = [];
    let isFirst = true;
    for (const record of records) {
      try {
        if (await this.mined.follow(round, record)) continue;
        await this.unmined.send(round, record, isFirst);
      } catch (error) {
        failures.push({ what: `transaction ${record.outgoing.id} was not followed`, error: error as Error });
      }
      isFirst = false;
    }
    return failures;
  }
}

function byAddress(records: readonly OutgoingRecord[]): OutgoingRecord[][] {
  const groups = new Map<string, OutgoingRecord[]>();
  for (const record of records) {
    const { from } = record.outgoing;
    groups.set(from, [...(groups.get(from) ?? []), record]);
  }
  return [...groups.values()];
}
