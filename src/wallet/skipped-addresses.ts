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

/** How far below a jump indices are looked for that no payment has. */
const FURTHEST_BELOW = 1_000_000;

/**
 * Notes the addresses that a jump passes over, so that the scan looks for money there: with those below it that no
 * payment has. A backup has its rows as of its beginning and the sequence as of its end: what was given out in between
 * is in neither.
 */
export async function watchSkipped(
  manager: EntityManager,
  scheme: DepositScheme,
  { id, fromIndex, toIndex }: DerivationJump,
): Promise<void> {
  const passedOver = Array.from({ length: toIndex - fromIndex }, (_unused, offset) => fromIndex + offset);
  const indices = [...(await indicesOfNoPayment(manager, fromIndex)), ...passedOver];
  for (let from = 0; from < indices.length; from += ROWS_AT_ONCE) {
    const rows = indices.slice(from, from + ROWS_AT_ONCE).flatMap((index) => {
      const address = scheme.addressAt(index)?.address;
      return address === undefined
        ? []
        : [{ address, derivationIndex: index, depositScheme: scheme.name, jumpId: id }];
    });
    await manager.createQueryBuilder().insert().into(SkippedAddress).values(rows).execute();
  }
}

/** Given out, and neither of a payment that the database has nor watched yet: lost with it, or rolled back. */
async function indicesOfNoPayment(manager: EntityManager, below: number): Promise<number[]> {
  const rows = await manager.query<{ index: string }[]>(
    `SELECT index FROM generate_series(greatest(0, $1::bigint - $2::bigint), $1::bigint - 1) AS index
     WHERE NOT EXISTS (SELECT 1 FROM payments WHERE derivation_index = index)
       AND NOT EXISTS (SELECT 1 FROM skipped_addresses WHERE derivation_index = index)
     ORDER BY index`,
    [below, FURTHEST_BELOW],
  );
  return rows.map(({ index }) => Number(index));
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
