import { Any, type EntityManager, In, MoreThanOrEqual } from 'typeorm';
import { type DepositScheme } from './deposit-scheme.js';
import { DerivationJump } from './derivation-jump.entity.js';
import { SkippedAddress } from './skipped-address.entity.js';
import { type Address } from '../ids/ids.js';

const ROWS_AT_ONCE = 1_000;

/** An address that was passed over, and who is notified of what arrives there. */
export interface WatchedSkip {
  address: Address;
  depositScheme: string;
  derivationIndex: number;
  merchantId: string;
  /** Why it was passed over. */
  reason: string;
}

/** Notes the addresses that a jump passes over, so that the scan looks for money there. */
export async function watchSkipped(
  manager: EntityManager,
  scheme: DepositScheme,
  { id, fromIndex, toIndex }: DerivationJump,
): Promise<void> {
  for (let from = fromIndex; from < toIndex; from += ROWS_AT_ONCE) {
    const count = Math.min(ROWS_AT_ONCE, toIndex - from);
    const rows = Array.from({ length: count }, (_unused, offset) => from + offset).flatMap((index) => {
      const address = scheme.addressAt(index)?.address;
      return address === undefined
        ? []
        : [{ address, derivationIndex: index, depositScheme: scheme.name, jumpId: id }];
    });
    await manager.createQueryBuilder().insert().into(SkippedAddress).values(rows).execute();
  }
}

/** Which of the addresses were passed over and are watched. @param addresses lower-case */
export async function skippedAmong(
  manager: EntityManager,
  addresses: readonly Address[],
): Promise<WatchedSkip[]> {
  if (addresses.length === 0) return [];
  const skipped = await manager.findBy(SkippedAddress, { address: Any([...addresses]) });
  if (skipped.length === 0) return [];
  const jumps = await manager.findBy(DerivationJump, { id: In(skipped.map(({ jumpId }) => jumpId)) });
  return skipped.flatMap(({ address, depositScheme, derivationIndex, jumpId }) => {
    const { merchantId = null, reason = '' } = jumps.find(({ id }) => id === jumpId) ?? {};
    return merchantId === null ? [] : [{ address, depositScheme, derivationIndex, merchantId, reason }];
  });
}

/** SQL: which of the addresses in `$1` were passed over and are watched, as `address`; lower-case. */
export const SKIPPED_AMONG = `SELECT skipped.address FROM skipped_addresses skipped
  JOIN derivation_jumps jump ON jump.id = skipped.jump_id
  WHERE skipped.address = ANY($1::varchar[]) AND jump.merchant_id IS NOT NULL`;

/** Addresses passed over since a time, lower-case: while their customers may still pay. */
export async function skippedSince(manager: EntityManager, time: Date): Promise<Address[]> {
  const jumps = await manager.find(DerivationJump, {
    select: { id: true },
    where: { createdAt: MoreThanOrEqual(time) },
  });
  if (jumps.length === 0) return [];
  const rows = await manager.find(SkippedAddress, {
    select: { address: true },
    where: { jumpId: In(jumps.map(({ id }) => id)) },
  });
  return rows.map(({ address }) => address);
}
