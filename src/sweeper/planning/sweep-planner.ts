import { Injectable, Logger } from '@nestjs/common';
import { InjectDataSource } from '@nestjs/typeorm';
import { DataSource, type EntityManager } from 'typeorm';
import { v7 as uuidv7 } from 'uuid';
import { ChainService } from '../../chain/chain.service.js';
import { type ChainConfig } from '../../config/chains.js';
import { holdUntilCommit } from '../../database/transaction-lock.js';
import { hashesOf } from '../../outgoing/outgoing.repository.js';
import { isAnyOpenFrom } from '../../outgoing/open-transactions.js';
import { DepositFunds } from '../../payments/deposit-funds.js';
import { Sweep } from '../sweep.entity.js';
import { NOTHING_LEFT, SweepsRepository } from '../sweeps.repository.js';
import { keyOf } from './idle-deposits.js';
import { type EmptyPlace, type Planned, type PlanFacts, planSweeps } from './plan.js';
import { PlanFactsReader, type PlanOptions } from './plan-facts.js';
import { type ChainId } from '../../ids/ids.js';
import { databaseClock } from '../../database/database-clock.js';

/**
 * Decides what of the money at deposit addresses goes to the treasury now, and notes why the rest waits. It signs
 * nothing and needs no key, so that any process may plan; one at a time does.
 */
@Injectable()
export class SweepPlanner {
  private readonly logger = new Logger('Sweeper');

  constructor(
    @InjectDataSource() private readonly dataSource: DataSource,
    private readonly chains: ChainService,
    private readonly reader: PlanFactsReader,
    private readonly sweeps: SweepsRepository,
    private readonly funds: DepositFunds,
  ) {}

  /**
   * @returns what was found at the addresses that no sweep is under way from
   * @throws SweepRefusedError, RpcError
   */
  async plan(config: ChainConfig, options: PlanOptions): Promise<Planned[]> {
    const chain = this.chains.of(config);
    const { facts, failures } = await this.reader.read(chain, options);
    const { planned, empty } = planSweeps(facts);
    for (const { what, error } of failures) {
      this.logger.warn({ chain: chain.name, reason: error.message }, what);
    }
    if (options.isDryRun) return planned;
    for (const place of empty) await this.close(facts, place);
    await this.write(facts, planned);
    const going = planned.filter(({ decision }) => decision.go).length;
    const line = { chain: chain.name, planned: going, waiting: planned.length - going };
    if (going > 0) this.logger.log(line, 'sweeps planned');
    return planned;
  }

  /** Nothing is there any more: by the chain and the books: swept in parts, or refunded. */
  private async close({ chainId, scannedNumber }: PlanFacts, empty: EmptyPlace): Promise<void> {
    const { address, tokenAddress, paymentId, transferIds } = empty;
    await this.dataSource.transaction(async (manager) => {
      // What took it may still be undone by a reorg.
      if (await isAnyOpenFrom(manager, chainId, address)) return;
      const last = await this.sweeps.lastConfirmed(manager, { chainId, from: address, tokenAddress });
      const waiting = (await this.sweeps.openAt(manager, [{ chainId, address }])).filter(
        (sweep) => sweep.state === 'waiting' && sweep.tokenAddress === tokenAddress,
      );
      const end = { state: 'failed' as const, reason: NOTHING_LEFT, finishedAt: databaseClock.now() };
      for (const { id } of waiting) await manager.update(Sweep, { id, state: 'waiting' }, end);
      const left = { chainId, address, tokenAddress, transferIds, upToBlock: scannedNumber };
      await this.funds.markSwept(manager, paymentId, left);
      if (last?.outgoingId == null) return;
      const hashes = await hashesOf(manager, [last.outgoingId]);
      const tx_hash = hashes.get(last.outgoingId) as string;
      const sweep = { tx_hash, amount: String(last.received), fee: String(last.fee) };
      await this.funds.settle(manager, { paymentId, chainId, tokenAddress }, sweep);
    });
  }

  private async write({ chainId }: PlanFacts, planned: readonly Planned[]): Promise<void> {
    if (planned.length === 0) return;
    await this.dataSource.transaction(async (manager) => {
      await holdUntilCommit(manager, `quittance sweep plan ${chainId}`);
      const places = planned.map(({ deposit: { address } }) => ({ chainId, address }));
      const open = await this.sweeps.openAt(manager, places);
      const known = new Map(open.map((sweep) => [keyOf(sweep), sweep]));
      // In the order in which everybody holds several.
      const inOrder = [...planned].sort((a, b) => (idOf(known, a) < idOf(known, b) ? -1 : 1));
      for (const one of inOrder) await writeOne(manager, chainId, one, known);
    });
  }
}

function idOf(known: ReadonlyMap<string, Sweep>, { deposit }: Planned): string {
  return known.get(keyOf({ ...deposit, from: deposit.address }))?.id ?? '';
}

async function writeOne(
  manager: EntityManager,
  chainId: ChainId,
  { deposit, treasury, candidate, decision, isCarried }: Planned,
  known: ReadonlyMap<string, Sweep>,
): Promise<void> {
  const before = known.get(keyOf({ ...deposit, from: deposit.address }));
  // Somebody else planned it meanwhile.
  if (before !== undefined && before.state !== 'waiting') return;
  const row: Partial<Sweep> = {
    treasury,
    amount: candidate.amount,
    estimatedFee: candidate.feeWei,
    state: decision.go ? 'planned' : 'waiting',
    reasonCode: decision.go ? null : decision.code,
    reason: decision.go ? null : decision.reason,
    isForced: candidate.isForced,
    isCarried,
    updatedAt: databaseClock.now(),
  };
  if (before !== undefined) {
    await manager.update(Sweep, { id: before.id, state: 'waiting' }, row);
    return;
  }
  await manager.insert(Sweep, {
    ...row,
    id: uuidv7(),
    chainId,
    paymentId: deposit.paymentId,
    merchantId: deposit.merchantId,
    from: deposit.address,
    derivationIndex: deposit.derivationIndex,
    tokenAddress: deposit.tokenAddress,
    path: 'transfer',
  });
}
