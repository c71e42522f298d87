import { inOneMoment } from '../database/one-moment.js';
import { type CreatedBetween, narrowByCreation } from '../http/list-filters.js';
import { Injectable } from '@nestjs/common';
import { InjectDataSource } from '@nestjs/typeorm';
import { DataSource, type EntityManager, type FindOptionsWhere, In, type SelectQueryBuilder } from 'typeorm';
import { hashesOf } from '../outgoing/outgoing.repository.js';
import { type DepositPlace } from '../outgoing/address-users.js';
import { Sweep, type SweepState } from './sweep.entity.js';
import { type Address, type Asset, type ChainId } from '../ids/ids.js';

export interface SweepFilter extends CreatedBetween {
  /** Null: of all merchants. */
  merchantId: string | null;
  statuses?: SweepState[];
  chainId?: number;
  paymentId?: string;
  /** Only sweeps older than this id. */
  after?: string;
  limit: number;
}

/** How often an asset of an address has failed to be swept since it last was. */
export interface FailureRecord {
  from: Address;
  tokenAddress: Asset;
  failures: number;
  lastAt: Date;
}

/** The end of a sweep that had nothing to do: no failure that would hold back the next. */
export const NOTHING_LEFT = 'nothing is left at the address';

const OPEN: SweepState[] = ['waiting', 'planned', 'funding', 'sent'];

@Injectable()
export class SweepsRepository {
  constructor(@InjectDataSource() private readonly dataSource: DataSource) {}

  /** Not ended yet, at places of one chain. */
  async openAt(
    manager: EntityManager,
    places: readonly Pick<DepositPlace, 'chainId' | 'address'>[],
  ): Promise<Sweep[]> {
    const [first] = places;
    if (first === undefined) return [];
    const addresses = places.map(({ address }) => address);
    return manager.findBy(Sweep, { chainId: first.chainId, from: In(addresses), state: In(OPEN) });
  }

  /** Those that are to be moved on, or hold their address; the first planned first. */
  underWay(chainId: ChainId): Promise<Sweep[]> {
    return this.dataSource.manager.find(Sweep, {
      where: { chainId, state: In(['planned', 'funding', 'sent']) },
      order: { id: 'ASC' },
    });
  }

  /** Holds them until the transaction ends: all at once and by id, as everybody does who holds several. */
  lock(manager: EntityManager, where: FindOptionsWhere<Sweep>): Promise<Sweep[]> {
    return manager.find(Sweep, { where, order: { id: 'ASC' }, lock: { mode: 'for_no_key_update' } });
  }

  byOutgoing(manager: EntityManager, outgoingId: string): Promise<Sweep[]> {
    return manager.find(Sweep, { where: { outgoingId }, order: { id: 'ASC' } });
  }

  /** Tokens' sweeps that have ended, with their leftover gas not looked at yet. */
  withGasLeft(chainId: ChainId, limit: number): Promise<Sweep[]> {
    return this.dataSource.manager
      .createQueryBuilder(Sweep, 'sweep')
      .where('sweep.chain_id = :chainId', { chainId })
      .andWhere(`sweep.gas_settled = false AND sweep.token_address IS NOT NULL`)
      .andWhere(`sweep.state IN ('confirmed', 'failed')`)
      .orderBy('sweep.id')
      .limit(limit)
      .getMany();
  }

  async failures(chainId: ChainId, addresses: readonly string[]): Promise<FailureRecord[]> {
    const rows = await this.dataSource.query<
      { from_address: Address; token_address: Asset; failures: string; last_at: Date }[]
    >(
      `SELECT from_address, token_address, count(*) AS failures, max(finished_at) AS last_at FROM sweeps failed
       WHERE chain_id = $1 AND from_address = ANY($2) AND state = 'failed'
         AND reason IS DISTINCT FROM '${NOTHING_LEFT}' AND NOT EXISTS (
         SELECT FROM sweeps later WHERE later.chain_id = failed.chain_id AND later.from_address = failed.from_address
           AND later.token_address IS NOT DISTINCT FROM failed.token_address AND later.state = 'confirmed'
           AND later.id > failed.id)
       GROUP BY from_address, token_address`,
      [chainId, addresses],
    );
    return rows.map((row) => ({
      from: row.from_address,
      tokenAddress: row.token_address,
      failures: Number(row.failures),
      lastAt: row.last_at,
    }));
  }

  /** The last that brought this asset of a payment to the treasury. */
  lastConfirmed(
    manager: EntityManager,
    { chainId, from, tokenAddress }: Pick<Sweep, 'chainId' | 'from' | 'tokenAddress'>,
  ): Promise<Sweep | null> {
    return manager
      .createQueryBuilder(Sweep, 'sweep')
      .where('sweep.chain_id = :chainId AND sweep.from_address = :from', { chainId, from })
      .andWhere('sweep.token_address IS NOT DISTINCT FROM :tokenAddress', { tokenAddress })
      .andWhere(`sweep.state = 'confirmed'`)
      .orderBy('sweep.id', 'DESC')
      .getOne();
  }

  /** Newest first. @returns each with the hash that it was sent as; null: it was not sent */
  list(filter: SweepFilter): Promise<{ sweep: Sweep; txHash: string | null }[]> {
    return inOneMoment(this.dataSource, async (manager) => {
      const sweeps = await narrowed(manager, filter).getMany();
      const sentAs = sweeps.map(({ outgoingId }) => outgoingId).filter((id) => id !== null);
      const hashes = await hashesOf(manager, sentAs);
      return sweeps.map((sweep) => ({ sweep, txHash: hashes.get(sweep.outgoingId ?? '') ?? null }));
    });
  }
}

function narrowed(manager: EntityManager, filter: SweepFilter): SelectQueryBuilder<Sweep> {
  const query = manager.createQueryBuilder(Sweep, 'sweep').orderBy('sweep.id', 'DESC').limit(filter.limit);
  if (filter.merchantId !== null) query.andWhere('sweep.merchant_id = :merchantId', filter);
  if (filter.statuses !== undefined) query.andWhere('sweep.state = ANY(:statuses)', filter);
  if (filter.chainId !== undefined) query.andWhere('sweep.chain_id = :chainId', filter);
  if (filter.paymentId !== undefined) query.andWhere('sweep.payment_id = :paymentId', filter);
  if (filter.after !== undefined) query.andWhere('sweep.id < :after', filter);
  narrowByCreation(query, filter);
  return query;
}

/** Whose money a sweep moves. */
export function placeOf({
  chainId,
  paymentId,
  from,
}: Pick<Sweep, 'chainId' | 'paymentId' | 'from'>): DepositPlace {
  return { chainId, paymentId, address: from };
}
