import { Injectable } from '@nestjs/common';
import { type EntityManager } from 'typeorm';
import { type Chain } from '../chain/chain.js';
import { type LedgerFact, LedgerService } from '../ledger/ledger.service.js';
import { Openings } from '../ledger/openings.js';
import { PayingAccounts } from '../ledger/paying-accounts.js';
import { paymentAt } from '../payments/payment-addresses.js';
import { type OutgoingMovement, outgoingPosting, outgoingSubject, recipientSide } from '../ledger/posting.js';
import { Keys } from '../wallet/keys.js';
import { type OutgoingTransaction } from './outgoing-transaction.entity.js';
import { OutgoingRepository } from './outgoing.repository.js';

const PAYING = ['gas_tank', 'payout'] as const;

/** Between receipt and header a reorg took the block away: the next round sees what is left of it. */
export class BlockGoneError extends Error {
  readonly retryable = true;

  constructor(chain: string, block: number) {
    super(`a reorg on ${chain} replaced block ${block} while a transaction of it was looked at`);
  }
}

/** Books outgoing transactions in the ledger. */
@Injectable()
export class OutgoingBooks {
  constructor(
    private readonly keys: Keys,
    private readonly ledger: LedgerService,
    private readonly openings: Openings,
    private readonly accounts: PayingAccounts,
    private readonly outgoing: OutgoingRepository,
  ) {}

  /** Brings the accounts that pay for transactions into the books, before the first one is sent. @throws RpcError */
  async open(chain: Chain): Promise<void> {
    for (const kind of PAYING) {
      if (this.keys.has(kind)) await this.openings.open(chain, kind, this.keys.addressOf({ kind }));
    }
  }

  /**
   * Makes the ledger say what became of it; in the transaction that changes the row, whose lock the caller holds.
   * @param blockTime of the block it is mined in; null: it is in none
   */
  async book(manager: EntityManager, outgoing: OutgoingTransaction, blockTime: Date | null): Promise<void> {
    await this.ledger.book(manager, [await this.fact(manager, outgoing, blockTime)]);
  }

  /** @throws BlockGoneError; RpcError */
  async blockTime(
    chain: Chain,
    { blockNumber, blockHash }: Pick<OutgoingTransaction, 'blockNumber' | 'blockHash'>,
  ): Promise<Date | null> {
    if (blockNumber === null) return null;
    const header = await chain.reader.header(blockNumber);
    if (header?.hash !== blockHash) throw new BlockGoneError(chain.name, blockNumber);
    return header.time;
  }

  private async fact(
    manager: EntityManager,
    outgoing: OutgoingTransaction,
    time: Date | null,
  ): Promise<LedgerFact> {
    const subject = outgoingSubject(outgoing.id);
    const { chainId, txHash, blockNumber: number, blockHash: hash, fee } = outgoing;
    if (txHash === null || number === null || hash === null || time === null || fee === null) {
      return { subject, posting: null };
    }
    const from = { account: outgoing.account, address: outgoing.from };
    const posting = outgoingPosting({
      id: outgoing.id,
      kind: outgoing.purpose,
      chainId,
      block: { number, hash, time },
      txHash,
      paymentId: await paymentOf(manager, outgoing),
      movements: await this.movements(manager, outgoing),
      feePaidBy: from,
      fee,
    });
    return { subject, posting };
  }

  /** Its own and those of its parts. One that reverted, or a token that reported no transfer, moved nothing. */
  private async movements(
    manager: EntityManager,
    outgoing: OutgoingTransaction,
  ): Promise<OutgoingMovement[]> {
    const { chainId, account, purpose } = outgoing;
    const parts = await this.outgoing.partsOf([outgoing], manager);
    const all = [
      { ...outgoing, account },
      ...parts.map((part) => ({ ...part, account: 'deposit' as const })),
    ];
    const moving = all.filter(({ received }) => received !== null && received > 0n);
    if (moving.length === 0) return [];
    const paying = await this.accounts.of(manager, chainId);
    return moving.map(({ account: whose, from, recipient, tokenAddress, amount, received }) => ({
      from: { account: whose, address: from },
      to: recipientSide(purpose, recipient, paying),
      tokenAddress,
      amount,
      received: received as bigint,
    }));
  }
}

/** The payment whose deposit address, or whose refund, it is about. */
async function paymentOf(
  manager: EntityManager,
  { purpose, subjectId, account, from, recipient }: OutgoingTransaction,
): Promise<string | null> {
  if (purpose === 'refund') {
    const [refund] = await manager.query<{ payment_id: string }[]>(
      'SELECT payment_id FROM refunds WHERE id = $1',
      [subjectId],
    );
    return refund?.payment_id ?? null;
  }
  const address = account === 'deposit' ? from : recipient;
  return paymentAt(manager, address);
}
