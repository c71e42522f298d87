import { Inject, Injectable } from '@nestjs/common';
import { InjectDataSource } from '@nestjs/typeorm';
import { Brackets, DataSource, type EntityManager, In, type SelectQueryBuilder } from 'typeorm';
import { Token } from '../chain/tokens/token.entity.js';
import { type ChainConfig } from '../config/chains.js';
import { CHAINS, LEFT_CHAINS, SETTINGS } from '../config/configuration.module.js';
import { type Settings } from '../config/settings.js';
import { inOneMoment, requireOneMoment } from '../database/one-moment.js';
import { type CreatedBetween, narrowByCreation } from '../http/list-filters.js';
import { type DepositState, lateWatchMsOf } from './counting.js';
import { type DepositSubject } from './deposit.view.js';
import { type NamedAsset } from './named-asset.js';
import { NamedAssets } from './named-assets.js';
import { PaymentRecords } from './payment-records.js';
import { Payment } from './payment.entity.js';
import { heldDeposit } from './held-deposit.js';
import { listedChain } from './payment.errors.js';
import { IS_SOMETHING_LEFT, returnedOfDeposits } from './refund-facts.js';
import { Transfer } from './transfer.entity.js';
import { type ChainId, type TxHash } from '../ids/ids.js';

export interface DepositFilter extends CreatedBetween {
  /** False: what nobody has made anything of, and does not all go back; true: what counts or was accepted. */
  assigned?: boolean;
  statuses?: DepositState[];
  /** Lower-case. */
  address?: string;
  txHash?: string;
  chain?: string;
  paymentId?: string;
  /** Only deposits first seen before this one (UUIDv7 sorts by that). */
  after?: string;
  limit: number;
}

/** A deposit with its payment and what its view needs beside them. */
export interface DepositRecord extends DepositSubject {
  payment: Payment;
}

/** What reached our deposit addresses, counted or not. */
@Injectable()
export class DepositsRepository {
  readonly chains: ReadonlyMap<number, ChainConfig>;
  readonly lateWatchMs: number;

  constructor(
    @InjectDataSource() private readonly dataSource: DataSource,
    @Inject(CHAINS) chains: ChainConfig[],
    @Inject(LEFT_CHAINS) private readonly left: ChainConfig[],
    @Inject(SETTINGS) settings: Settings,
    private readonly assets: NamedAssets,
    private readonly records: PaymentRecords,
  ) {
    this.chains = new Map(chains.map((chain) => [chain.chainId, chain]));
    this.lateWatchMs = lateWatchMsOf(settings);
  }

  /** Null when there is none, or when it is another merchant's. */
  find(merchantId: string, id: string): Promise<DepositRecord | null> {
    return inOneMoment(this.dataSource, async (manager) =>
      this.one(manager, await manager.findOneBy(Transfer, { id, merchantId })),
    );
  }

  /** As `find`, with its payment held: nobody else changes it until the transaction ends. */
  async lock(manager: EntityManager, merchantId: string, id: string): Promise<DepositRecord | null> {
    const transfer = await heldDeposit(manager, { id, merchantId });
    return this.one(manager, transfer);
  }

  /** Newest first. @throws UnknownChainError */
  list(merchantId: string, filter: DepositFilter): Promise<DepositRecord[]> {
    return inOneMoment(this.dataSource, async (manager) =>
      this.described(manager, await this.narrowed(manager, merchantId, filter).getMany()),
    );
  }

  private narrowed(
    manager: EntityManager,
    merchantId: string,
    filter: DepositFilter,
  ): SelectQueryBuilder<Transfer> {
    const query = manager
      .createQueryBuilder(Transfer, 'transfer')
      .where('transfer.merchant_id = :merchantId', { merchantId })
      .orderBy('transfer.id', 'DESC')
      .limit(filter.limit);
    if (filter.assigned === false) query.andWhere(UNASSIGNED).andWhere(IS_SOMETHING_LEFT);
    if (filter.assigned === true) query.andWhere(new Brackets((either) => either.where(ASSIGNED)));
    if (filter.chain !== undefined) {
      const { chainId } = listedChain(filter.chain, [...this.chains.values(), ...this.left]);
      query.andWhere('transfer.chain_id = :chainId', { chainId });
    }
    if (filter.paymentId !== undefined) query.andWhere('transfer.payment_id = :paymentId', filter);
    if (filter.statuses !== undefined) {
      const any = filter.statuses.map((status) => `(${HAS_STATUS[status]})`).join(' OR ');
      query.andWhere(`(${any})`);
    }
    if (filter.address !== undefined) query.andWhere(AT_ADDRESS, filter);
    if (filter.txHash !== undefined) query.andWhere('transfer.tx_hash = :txHash', filter);
    if (filter.after !== undefined) query.andWhere('transfer.id < :after', filter);
    narrowByCreation(query, filter);
    return query;
  }

  /** Of each payment the newest ones: however much dust one address is sent, the others' cost no more for it. */
  async unassignedOf(
    manager: EntityManager,
    paymentIds: readonly string[],
    mostOfEach: number,
  ): Promise<DepositRecord[]> {
    const found = await manager.query<{ id: string }[]>(
      `SELECT newest.id FROM unnest($1::uuid[]) AS asked (payment_id)
       CROSS JOIN LATERAL (
         SELECT transfer.id FROM transfers AS transfer
         WHERE transfer.payment_id = asked.payment_id AND ${UNASSIGNED} AND ${IS_SOMETHING_LEFT}
         ORDER BY transfer.id DESC LIMIT $2) AS newest`,
      [paymentIds, mostOfEach],
    );
    if (found.length === 0) return [];
    const ids = found.map(({ id }) => id);
    return this.described(
      manager,
      await manager.find(Transfer, { where: { id: In(ids) }, order: { id: 'DESC' } }),
    );
  }

  /** What one transaction brought to one payment's address, also what a reorg took away since. */
  async ofTransaction(
    manager: EntityManager,
    paymentId: string,
    chainId: ChainId,
    txHash: TxHash,
  ): Promise<DepositRecord[]> {
    const transfers = await manager.find(Transfer, {
      where: { paymentId, chainId, txHash },
      order: { ordinal: 'ASC' },
    });
    return this.described(manager, transfers);
  }

  async described(manager: EntityManager, transfers: Transfer[]): Promise<DepositRecord[]> {
    if (transfers.length === 0) return [];
    requireOneMoment(manager, 'deposits and their payments');
    const payments = await manager.findBy(Payment, {
      id: In([...new Set(transfers.map(({ paymentId }) => paymentId))]),
    });
    const options = await this.records.optionsOf(
      manager,
      payments.map(({ id }) => id),
    );
    const tokens = await tokensOf(manager, transfers);
    const returned = await returnedOfDeposits(
      manager,
      transfers.map(({ id }) => id),
    );
    return transfers.map((transfer) => {
      const payment = payments.find(({ id }) => id === transfer.paymentId) as Payment;
      const arrived = tokens.find(
        ({ chainId, address }) => chainId === transfer.chainId && address === transfer.tokenAddress,
      );
      return {
        transfer,
        payment,
        chains: this.chains,
        asset: arrived ?? this.unlisted(transfer),
        offered: (options.get(payment.id) ?? []).map(({ option: { chain }, asset: { symbol } }) => ({
          chain,
          symbol,
        })),
        lateWatchMs: this.lateWatchMs,
        back: returned.get(transfer.id) ?? NOTHING,
      };
    });
  }

  private async one(manager: EntityManager, transfer: Transfer | null): Promise<DepositRecord | null> {
    const [record] = transfer ? await this.described(manager, [transfer]) : [];
    return record ?? null;
  }

  private unlisted({ chainId, tokenAddress }: Transfer): NamedAsset {
    if (tokenAddress === null) return this.assets.native(chainId);
    return { id: null, address: tokenAddress, symbol: tokenAddress, decimals: 0 };
  }
}

const NOTHING = { refunded: 0n, promised: 0n };

/** As `depositState` says `unassigned`; by the words of the index over them. */
const UNASSIGNED = `transfer.state = 'included' AND transfer.uncounted_reason IS NOT NULL AND transfer.resolution IS NULL`;
/** As `depositState` says `counted` or `accepted`. */
const ASSIGNED = `transfer.state = 'included' AND (transfer.uncounted_reason IS NULL OR transfer.resolution = 'accepted')`;

/** As `depositState` says each. */
const HAS_STATUS = {
  counted: `transfer.state = 'included' AND transfer.uncounted_reason IS NULL`,
  unassigned: UNASSIGNED,
  accepted: `transfer.state = 'included' AND transfer.uncounted_reason IS NOT NULL AND transfer.resolution = 'accepted'`,
  ignored: `transfer.state = 'included' AND transfer.uncounted_reason IS NOT NULL AND transfer.resolution = 'ignored'`,
  orphaned: `transfer.state = 'orphaned'`,
} satisfies Record<DepositState, string>;
/** By the payment, since that is what there is an index of. */
const AT_ADDRESS = `transfer.payment_id = (SELECT id FROM payments WHERE address = :address) AND transfer.to_address = :address`;

async function tokensOf(manager: EntityManager, transfers: Transfer[]): Promise<Token[]> {
  const arrived = transfers.flatMap(({ chainId, tokenAddress }) =>
    tokenAddress === null ? [] : [{ chainId, address: tokenAddress }],
  );
  const distinct = [...new Map(arrived.map((one) => [`${one.chainId} ${one.address}`, one])).values()];
  return distinct.length > 0 ? manager.findBy(Token, distinct) : [];
}
