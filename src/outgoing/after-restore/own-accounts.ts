import { Injectable } from '@nestjs/common';
import { Any, type EntityManager } from 'typeorm';
import { LedgerAccountAddress } from '../../ledger/ledger-account.entity.js';
import { Payment } from '../../payments/payment.entity.js';
import { type Account } from '../../wallet/keys.js';
import { SkippedAddress } from '../../wallet/skipped-address.entity.js';
import { type Address, type ChainId } from '../../ids/ids.js';

/** Which addresses are ours by the database alone: a process that scans has no keys. */
@Injectable()
export class OwnAccounts {
  /** By address: those that payments were given, or may have been after a backup, and those that pay for transactions. */
  async among(
    manager: EntityManager,
    chainId: ChainId,
    addresses: readonly Address[],
  ): Promise<Map<Address, Account>> {
    // One parameter, however many there are: a statement takes 65,535.
    const address = Any([...addresses]);
    const found = new Map<Address, Account>();
    for (const one of await manager.findBy(SkippedAddress, { address }))
      found.set(one.address, { kind: 'deposit', derivationIndex: one.derivationIndex });
    const select = { address: true, derivationIndex: true } as const;
    for (const one of await manager.find(Payment, { select, where: { address } }))
      found.set(one.address, { kind: 'deposit', derivationIndex: one.derivationIndex });
    for (const { account, ...one } of await manager.findBy(LedgerAccountAddress, { chainId, address }))
      found.set(one.address, { kind: account });
    return found;
  }
}
