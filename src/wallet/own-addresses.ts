import { Inject, Injectable } from '@nestjs/common';
import { DEPOSIT_SCHEME, type DepositScheme } from './deposit-scheme.js';

/** More than any wallet shows as its own; what was handed out beyond is in the database. */
const LOOKED_AT = 1_000;

/** The wallet's first addresses, handed out or not yet. */
@Injectable()
export class OwnAddresses {
  #first: ReadonlySet<string> | null = null;

  constructor(@Inject(DEPOSIT_SCHEME) private readonly scheme: DepositScheme) {}

  /** @param address lower-case */
  has(address: string): boolean {
    this.#first ??= this.derived();
    return this.#first.has(address);
  }

  /** Once: it takes a tenth of a second. */
  private derived(): Set<string> {
    const indices = Array.from({ length: LOOKED_AT }, (_unused, index) => index);
    return new Set(indices.flatMap((index) => this.scheme.addressAt(index)?.address ?? []));
  }
}
