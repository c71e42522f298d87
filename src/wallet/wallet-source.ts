import { Inject, Injectable, type OnModuleInit } from '@nestjs/common';
import { InjectDataSource } from '@nestjs/typeorm';
import { DataSource, type EntityManager } from 'typeorm';
import { DEPOSIT_SCHEME, type DepositScheme } from './deposit-scheme.js';
import { DepositSource } from './deposit-source.entity.js';
import { type Address } from '../ids/ids.js';

/** The wallet given is not the one whose addresses customers already pay to. */
export class OtherWalletError extends Error {
  constructor(known: string, given: string) {
    super(
      `this database's payments belong to another wallet: its first address is ${known}, and that of MNEMONIC or ` +
        `XPUB is ${given}. Give back the wallet that was used before, name the DATABASE_URL or DATA_DIR of this one, or start ` +
        'on a new database',
    );
  }
}

/**
 * What a wallet is known by: an operator finds it in the wallet, and it tells no key.
 * @returns lower-case hex with 0x
 */
export function firstAddress(scheme: DepositScheme): Address {
  const first = scheme.addressAt(0);
  if (!first) throw new Error('this wallet has no address at index 0; make another one');
  return first.address;
}

/**
 * For whoever works on a database beside the process that was tied to it, with a wallet of its own settings.
 * @throws OtherWalletError
 */
export async function requireWalletOf(
  manager: EntityManager,
  scheme: DepositScheme,
): Promise<{ first: Address; isKnown: boolean }> {
  const given = firstAddress(scheme);
  const source = await manager.findOneBy(DepositSource, { scheme: scheme.name });
  if (source !== null && source.firstAddress !== given)
    throw new OtherWalletError(source.firstAddress, given);
  return { first: given, isKnown: source !== null };
}

/**
 * Ties a database to one wallet. With another one the addresses handed out so far could not be swept, and as
 * derivation indices run through, neither wallet would be found whole by a scan from index 0.
 */
@Injectable()
export class WalletSource implements OnModuleInit {
  constructor(
    @InjectDataSource() private readonly dataSource: DataSource,
    @Inject(DEPOSIT_SCHEME) private readonly scheme: DepositScheme,
  ) {}

  /**
   * A wallet that has given no address yet may be changed. One that is changed while a process runs with it gives
   * none any more: `IndexSequence` asks with every index.
   * @throws OtherWalletError, so that the process does not start
   */
  async onModuleInit(): Promise<void> {
    const given = firstAddress(this.scheme);
    await this.dataSource.query(
      `INSERT INTO deposit_sources (scheme, first_address) VALUES ($1, $2)
       ON CONFLICT (scheme) DO UPDATE SET first_address = excluded.first_address
       WHERE NOT (SELECT is_called FROM derivation_index_seq)`,
      [this.scheme.name, given],
    );
    const source = await this.dataSource.manager.findOneByOrFail(DepositSource, { scheme: this.scheme.name });
    if (source.firstAddress !== given) throw new OtherWalletError(source.firstAddress, given);
  }
}
