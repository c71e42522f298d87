import { Injectable, Logger } from '@nestjs/common';
import { InjectDataSource } from '@nestjs/typeorm';
import { DataSource, type EntityManager } from 'typeorm';
import { ChainService } from '../chain/chain.service.js';
import { type ChainConfig } from '../config/chains.js';
import { GasTank } from '../outgoing/gas-tank.js';
import { Holdings } from '../ledger/holdings.js';
import { type Circumstances } from '../outgoing/outgoing-follower.js';
import { OutgoingSigner } from '../outgoing/outgoing-signer.js';
import { holdAddress, OutgoingRepository } from '../outgoing/outgoing.repository.js';
import { type Preparation, Preparations } from '../outgoing/preparation.js';
import { type Account, Keys } from '../wallet/keys.js';
import { RefundAnnouncements } from './refund-announcements.js';
import { RefundCover, type Uncovered } from './refund-cover.js';
import { Refund } from './refund.entity.js';
import { RefundsRepository } from './refunds.repository.js';

type Ready = Extract<Preparation, { state: 'ready' }>;

/** Where a refund's money comes from. */
interface Source {
  account: Account;
  /** Lower-case. */
  from: string;
}

/** Pays the refunds that were asked for: one after the other, so that each sees what the one before took. */
@Injectable()
export class RefundSteps {
  private readonly logger = new Logger('Refunds');

  constructor(
    @InjectDataSource() private readonly dataSource: DataSource,
    private readonly chains: ChainService,
    private readonly keys: Keys,
    private readonly refunds: RefundsRepository,
    private readonly outgoing: OutgoingRepository,
    private readonly preparations: Preparations,
    private readonly tank: GasTank,
    private readonly signer: OutgoingSigner,
    private readonly announcements: RefundAnnouncements,
    private readonly cover: RefundCover,
    private readonly holdings: Holdings,
  ) {}

  /** @returns whether anything was signed, which waits to be broadcast. @throws RpcError */
  async step(chain: ChainConfig, circumstances: Circumstances): Promise<boolean> {
    if (circumstances.isPaused) return false;
    let hasSigned = false;
    for (const refund of await this.refunds.created(chain.chainId)) {
      if (await this.advance(chain, refund, circumstances)) hasSigned = true;
    }
    return hasSigned;
  }

  private async advance(chain: ChainConfig, refund: Refund, circumstances: Circumstances): Promise<boolean> {
    const { depositAddress, derivationIndex, tokenAddress, amount } = refund;
    // What is on its way from the address may be this refund's money: then it comes from elsewhere, a moment later.
    if (await this.isLeaving(this.dataSource.manager, refund)) {
      return this.wait(refund, 'something is on its way from the deposit address already');
    }
    const { scanned } = circumstances.extent;
    const { shown, booked } = await this.holdings.after(chain, scanned, depositAddress, tokenAddress);
    if (shown < amount && booked >= amount) {
      return this.wait(refund, `${booked} are booked at the deposit address, and nodes show ${shown}`);
    }
    if (shown >= amount && this.keys.has('deposit')) {
      const source = { account: { kind: 'deposit' as const, derivationIndex }, from: depositAddress };
      const isDone = await this.fromDeposit(chain, refund, circumstances, source);
      if (isDone !== null) return isDone;
    }
    return this.fromPayout(chain, refund, circumstances);
  }

  /** @returns null when the address has no gas, and none can be sent to it */
  private async fromDeposit(
    chain: ChainConfig,
    refund: Refund,
    circumstances: Circumstances,
    source: Source,
  ): Promise<boolean | null> {
    const prepared = await this.prepared(chain, refund, circumstances, source.from);
    if (prepared.state === 'refused') return this.fail(refund, prepared.reason);
    if (prepared.state === 'ready') return this.sign(chain, refund, source, prepared);
    const gas = { to: source.from, needed: prepared.needed, subjectId: refund.id };
    const funding = await this.tank.fund(chain, gas, (manager) =>
      manager.update(Refund, { id: refund.id }, { isGasSettled: isNative(refund) }),
    );
    if (funding.state === 'signed') return true;
    if (funding.state === 'under_way') {
      return this.wait(
        refund,
        'gas is on its way to the deposit address, or dearer for now than what was sent',
      );
    }
    if (this.keys.has('payout')) return null;
    return this.wait(
      refund,
      funding.why === 'no_gas_tank'
        ? 'the deposit address has no gas, and there is neither GAS_TANK_PRIVATE_KEY nor PAYOUT_PRIVATE_KEY'
        : 'the deposit address has no gas, and the gas tank cannot pay for it',
    );
  }

  private async fromPayout(
    chain: ChainConfig,
    refund: Refund,
    circumstances: Circumstances,
  ): Promise<boolean> {
    const account = { kind: 'payout' } as const;
    if (!this.keys.has('payout')) {
      return this.fail(refund, 'the money has left its deposit address, and PAYOUT_PRIVATE_KEY is not set');
    }
    const from = this.keys.addressOf(account);
    const { tokenAddress, amount } = refund;
    const [has, promised] = await Promise.all([
      this.chains.accounts(chain.name).balance(from, tokenAddress, circumstances.extent.scanned.hash),
      this.outgoing.promisedBy(this.dataSource.manager, chain.chainId, from, tokenAddress),
    ]);
    if (has - promised < amount) {
      return this.wait(
        refund,
        `the payout account ${from} has ${has - promised}, and ${amount} are asked of it`,
      );
    }
    const prepared = await this.prepared(chain, refund, circumstances, from);
    if (prepared.state === 'refused') return this.fail(refund, prepared.reason);
    if (prepared.state === 'ready') return this.sign(chain, refund, { account, from }, prepared);
    return this.wait(refund, `the payout account ${from} lacks ${prepared.missing} wei for gas`);
  }

  private prepared(
    chain: ChainConfig,
    { to, tokenAddress, amount }: Refund,
    { quote }: Circumstances,
    from: string,
  ): Promise<Preparation> {
    return this.preparations.of(chain, quote, { from, to, tokenAddress, amount });
  }

  private async sign(
    chain: ChainConfig,
    refund: Refund,
    { account, from }: Source,
    { gasLimit, fees }: Ready,
  ): Promise<boolean> {
    const { id, to, tokenAddress, amount } = refund;
    const { chainId } = chain;
    const nodeNonce = await this.signer.nodeNonce(chain, from);
    const outcome = await this.dataSource.transaction(async (manager): Promise<boolean | Uncovered> => {
      await holdAddress(manager, chainId, refund.depositAddress);
      const now = await this.refunds.lock(manager, id);
      if (now.state !== 'created' || (await this.isLeaving(manager, refund))) return false;
      const lack = await this.cover.lackOf(manager, refund);
      if (lack !== null) return lack;
      const outgoing = await this.signer.sign(manager, {
        chainId,
        purpose: 'refund',
        subjectId: id,
        account,
        from,
        recipient: to,
        tokenAddress,
        amount,
        isDrain: false,
        gasLimit,
        fees,
        nodeNonce,
      });
      const source = account.kind === 'deposit' ? ('deposit' as const) : ('payout' as const);
      await manager.update(
        Refund,
        { id },
        {
          state: 'sent',
          source,
          outgoingId: outgoing.id,
          isGasSettled: source === 'payout' || isNative(refund),
          waitsFor: null,
          sentAt: new Date(),
        },
      );
      await this.announcements.announce(manager, id);
      return true;
    });
    if (typeof outcome !== 'boolean') {
      return outcome.isForGood ? this.fail(refund, outcome.reason) : this.wait(refund, outcome.reason);
    }
    if (outcome) this.announcements.committed();
    return outcome;
  }

  /** Whether a transfer of the refund's asset from the deposit address is signed and not final. */
  private isLeaving(manager: EntityManager, { chainId, depositAddress }: Refund): Promise<boolean> {
    return this.outgoing.isAnyOpenFrom(manager, chainId, depositAddress);
  }

  private async wait(refund: Refund, waitsFor: string): Promise<false> {
    if (refund.waitsFor === waitsFor) return false;
    await this.dataSource.manager.update(Refund, { id: refund.id, state: 'created' }, { waitsFor });
    this.logger.warn({ refund: refund.id, payment_id: refund.paymentId, reason: waitsFor }, 'refund waits');
    return false;
  }

  private async fail(refund: Refund, failure: string): Promise<false> {
    await this.dataSource.transaction(async (manager) => {
      const now = await this.refunds.lock(manager, refund.id);
      if (now.state !== 'created') return;
      await manager.update(
        Refund,
        { id: refund.id },
        { state: 'failed', failure, waitsFor: null, finishedAt: new Date() },
      );
      await this.announcements.announce(manager, refund.id);
    });
    this.announcements.committed();
    this.logger.error({ refund: refund.id, payment_id: refund.paymentId, reason: failure }, 'refund failed');
    return false;
  }
}

/** Then what is left of its gas is swept with the rest. */
function isNative({ tokenAddress }: Refund): boolean {
  return tokenAddress === null;
}
