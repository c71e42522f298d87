import { Injectable, type OnModuleInit } from '@nestjs/common';
import { Counter, Histogram } from 'prom-client';
import { type EntityManager } from 'typeorm';
import { afterCommit } from '../database/after-commit.js';
import { DEPOSIT_STATES, type DepositState } from './counting.js';
import { type PaymentEventType } from './lifecycle.js';
import { type NamedAsset } from './named-asset.js';
import { NamedAssets } from './named-assets.js';
import { type Payment } from './payment.entity.js';
import { type ChainId } from '../ids/ids.js';
import { databaseClock } from '../database/database-clock.js';

/** Seconds: from a block of a quick chain to a scan that catches up after a weekend. */
const BUCKETS = [0.5, 1, 2.5, 5, 10, 30, 60, 120, 300, 900, 3_600, 14_400, 86_400];

const COUNTED = {
  'payment.created': { name: 'created', help: 'Payments made' },
  'payment.partially_paid': { name: 'partially_paid', help: 'Payments of which a part was seen; each part' },
  'payment.detected': {
    name: 'detected',
    help: 'Payments of which all that is due was seen; again after a reorg',
  },
  'payment.confirmed': { name: 'confirmed', help: 'Payments of which all that is due is final' },
  'payment.settled': { name: 'settled', help: 'Payments of which the sweep is final' },
  'payment.overpaid': { name: 'overpaid', help: 'Payments that received more than was due' },
  'payment.expired': { name: 'expired', help: 'Payments that expired' },
  'payment.cancelled': { name: 'cancelled', help: 'Payments that their merchant ended' },
  'payment.reorged': {
    name: 'reorged',
    help: 'Payments of which a reorg took money away before they were confirmed',
  },
  'payment.failed': { name: 'failed', help: 'Payments that a reorg took away after they were confirmed' },
  // A merchant's change of texts or expiry is no move.
} satisfies Record<Exclude<PaymentEventType, 'payment.updated'>, { name: string; help: string }>;

type Labels = 'chain' | 'asset' | 'token';
const labelNames: Labels[] = ['chain', 'asset', 'token'];

/** A payment in the moment of an event. */
export interface PaymentMove {
  type: PaymentEventType;
  payment: Payment;
  asset: NamedAsset;
  /** Of the block with which what is due was reached; null: it was not. */
  paidAt: Date | null;
}

/**
 * Metrics of the payments that this process made or moved: each move is counted once, by the process
 * whose transaction it was, after that was committed. `token` is the contract, as two tokens may have one symbol.
 */
@Injectable()
export class PaymentMetrics implements OnModuleInit {
  private readonly moves = new Map<string, Counter<Labels>>();
  private deposits: Counter<'chain' | 'status'>;
  private detect: Histogram<Labels>;
  private confirm: Histogram<Labels>;

  constructor(private readonly assets: NamedAssets) {}

  onModuleInit(): void {
    for (const [type, { name, help }] of Object.entries(COUNTED))
      this.moves.set(type, new Counter({ name: `quittance_payments_${name}_total`, help, labelNames }));
    this.deposits = new Counter({
      name: 'quittance_deposits_total',
      help: 'Deposits that do not count by themselves, each as often as its merchant was told a status of it',
      labelNames: ['chain', 'status'],
    });
    for (const { name } of this.assets.chains.values())
      for (const status of DEPOSIT_STATES) this.deposits.inc({ chain: name, status }, 0);
    const histogram = (name: string, help: string) =>
      new Histogram({ name: `quittance_payment_${name}_seconds`, help, labelNames, buckets: BUCKETS });
    this.detect = histogram(
      'detect',
      'From the block in which a payment was paid until it was recorded here',
    );
    this.confirm = histogram('confirm', 'From the block in which a payment was paid until it was confirmed');
    // A series that begins with its first event hides that event from increase().
    for (const { chainId } of this.assets.chains.values()) this.begin(chainId, this.assets.native(chainId));
  }

  /** Has the asset's series be there before anything happens to it. */
  begin(chainId: ChainId, asset: NamedAsset): void {
    const chain = this.assets.chains.get(chainId)?.name;
    if (chain === undefined) return;
    for (const counter of this.moves.values()) counter.inc(labelsOf(chain, asset), 0);
  }

  /** To be called inside the transaction that made the moves. */
  moved(manager: EntityManager, moves: readonly PaymentMove[]): void {
    if (moves.length > 0) afterCommit(manager, () => moves.forEach((move) => this.count(move)));
  }

  /** To be called inside the transaction that announced them. */
  announced(manager: EntityManager, deposits: readonly { chainId: ChainId; status: DepositState }[]): void {
    afterCommit(manager, () => {
      for (const { chainId, status } of deposits) {
        const chain = this.assets.chains.get(chainId)?.name ?? String(chainId);
        this.deposits.inc({ chain, status });
      }
    });
  }

  private count({ type, payment, asset, paidAt }: PaymentMove): void {
    const chain = this.assets.chains.get(payment.chainId)?.name ?? payment.chain;
    const labels = labelsOf(chain, asset);
    this.moves.get(type)?.inc(labels);
    if (paidAt === null) return;
    if (type === 'payment.detected') this.detect.observe(labels, secondsBetween(paidAt, payment.detectedAt));
    if (type === 'payment.confirmed')
      this.confirm.observe(labels, secondsBetween(paidAt, payment.confirmedAt));
  }
}

function labelsOf(chain: string, { symbol, address }: NamedAsset): Record<Labels, string> {
  return { chain, asset: symbol, token: address ?? '' };
}

/** Clocks of chains run ahead of ours by a little. */
function secondsBetween(from: Date, to: Date | null): number {
  return Math.max(0, ((to ?? databaseClock.now()).getTime() - from.getTime()) / 1000);
}
