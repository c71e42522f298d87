import { Inject, Injectable } from '@nestjs/common';
import { type EntityManager } from 'typeorm';
import { Token } from '../chain/tokens/token.entity.js';
import { type ChainConfig } from '../config/chains.js';
import { CHAINS, SETTINGS } from '../config/configuration.module.js';
import { type RecipientRole, unfitByConfiguration } from '../config/recipients.js';
import { type Settings } from '../config/settings.js';
import { LedgerAccountAddress } from '../ledger/ledger-account.entity.js';
import { paymentAt } from '../payments/payment-addresses.js';
import { OwnAddresses } from '../wallet/own-addresses.js';
import { SkippedAddress } from '../wallet/skipped-address.entity.js';
import { type Address, type ChainId, toTokenAddress } from '../ids/ids.js';

export { type RecipientRole } from '../config/recipients.js';

/** What such an address is, as in “… is a deposit address of this wallet”. */
export const DEPOSIT_ADDRESS = 'a deposit address of this wallet';

/**
 * The one judge of where money may go: asked when the process starts, when a refund is asked for, and again inside the
 * transaction that signs, since what was a stranger's address then may be a payment's by now.
 */
@Injectable()
export class Recipients {
  constructor(
    @Inject(SETTINGS) private readonly settings: Settings,
    @Inject(CHAINS) private readonly chains: ChainConfig[],
    private readonly own: OwnAddresses,
  ) {}

  /**
   * Asks nothing of a node, and the database by the caller's connection alone.
   * @param address lower-case
   * @param on the chain on which it is to get money
   * @returns what it is, as in “… is a deposit address”, where money must not go there; null: it may
   */
  async unfit(
    manager: EntityManager,
    address: Address,
    role: RecipientRole,
    on: ChainId,
  ): Promise<string | null> {
    const configured = unfitByConfiguration(address, role, this.settings, this.chains, [on]);
    if (configured !== null) return configured;
    // Every chain shares the deposit addresses, and a token that is listed no longer keeps what it is sent all the same.
    if (await this.isDeposit(manager, address)) return DEPOSIT_ADDRESS;
    if (await manager.existsBy(Token, { address: toTokenAddress(address) })) return 'the contract of a token';
    const isPaying = await manager.existsBy(LedgerAccountAddress, { address });
    return isPaying ? 'an account of the operator that pays for gas or refunds' : null;
  }

  /**
   * Whether what lies at an address is, or will be, customers' money: it was given to a payment, was passed over, or is
   * one of the wallet's first.
   * @param address lower-case
   */
  async isDeposit(manager: EntityManager, address: Address): Promise<boolean> {
    if (this.own.has(address) || (await paymentAt(manager, address)) !== null) return true;
    return manager.existsBy(SkippedAddress, { address });
  }
}
