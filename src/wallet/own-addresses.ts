import { Inject, Injectable } from '@nestjs/common';
import { DEPOSIT_SCHEME, type DepositScheme } from './deposit-scheme.js';
import { type Address } from '../ids/ids.js';

/** More than any wallet shows as its own; what was handed out beyond is in the database. */
const LOOKED_AT = 1_000;

/** By the first address of the wallet. A process has one wallet, and may start several apps with it. */
const known = new Map<string, ReadonlySet<string>>();

/** The wallet's first addresses, handed out or not yet. */
@Injectable()
export class OwnAddresses {
  constructor(@Inject(DEPOSIT_SCHEME) private readonly scheme: DepositScheme) {}

  /** @param address lower-case */
  has(address: Address): boolean {
    return this.derived().has(address);
  }

  /** Once: it takes a tenth of a second. */
  private derived(): ReadonlySet<string> {
    const wallet = this.scheme.addressAt(0)?.address ?? '';
    const before = known.get(wallet);
    if (before) return before;
    const indices = Array.from({ length: LOOKED_AT }, (_unused, index) => index);
    const derived = new Set(indices.flatMap((index) => this.scheme.addressAt(index)?.address ?? []));
    known.set(wallet, derived);
    return derived;
  }
}
