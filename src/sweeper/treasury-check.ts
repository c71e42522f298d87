import { Injectable, Logger } from '@nestjs/common';
import { InjectDataSource } from '@nestjs/typeorm';
import { getAddress } from 'ethers';
import { DataSource } from 'typeorm';
import { RpcError } from '../chain/rpc/rpc-endpoint.js';
import { type Chain } from '../chain/chain.js';
import { GasTank } from '../outgoing/gas-tank.js';
import { DepositFunds } from '../payments/deposit-funds.js';
import { OwnAddresses } from '../wallet/own-addresses.js';

/** Money would go where it came from, or where it is spent on gas. */
export class TreasuryUnusableError extends Error {
  constructor(treasury: string, why: string) {
    super(
      `TREASURY_ADDRESS ${getAddress(treasury)} ${why}; give the address of a wallet that is yours alone`,
    );
  }
}

@Injectable()
export class TreasuryCheck {
  private readonly logger = new Logger('Sweeper');

  constructor(
    @InjectDataSource() private readonly dataSource: DataSource,
    private readonly funds: DepositFunds,
    private readonly own: OwnAddresses,
    private readonly tank: GasTank,
  ) {}

  /** @throws TreasuryUnusableError */
  async requireUsable(treasury: string): Promise<void> {
    const isOurs =
      this.own.has(treasury) || (await this.funds.isDepositAddress(this.dataSource.manager, treasury));
    if (isOurs) throw new TreasuryUnusableError(treasury, 'is a deposit address of this wallet');
    if (treasury === this.tank.address) throw new TreasuryUnusableError(treasury, 'is the gas tank');
  }

  /** A contract may refuse money, or be on one chain and not on another: said, and not forbidden. */
  async warnOfContract(chain: Chain, treasury: string): Promise<void> {
    try {
      if ((await chain.accounts.code(treasury, 'latest')) === '0x') return;
      this.logger.warn(
        { chain: chain.name, treasury: getAddress(treasury) },
        'the treasury is a contract: make sure that it takes money on this chain, and that you control it there',
      );
    } catch (error) {
      if (!(error instanceof RpcError)) throw error;
    }
  }
}
