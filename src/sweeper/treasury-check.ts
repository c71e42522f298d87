import { Injectable, Logger } from '@nestjs/common';
import { InjectDataSource } from '@nestjs/typeorm';
import { getAddress } from 'ethers';
import { DataSource } from 'typeorm';
import { RpcError } from '../chain/rpc/rpc-endpoint.js';
import { type Chain } from '../chain/chain.js';
import { Recipients } from '../outgoing/recipients.js';
import { type Address, type ChainId } from '../ids/ids.js';

/** Money would go where it came from, where it is spent, or where nobody gets it. */
export class TreasuryUnusableError extends Error {
  constructor(treasury: Address, why: string) {
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
    private readonly recipients: Recipients,
  ) {}

  /** @throws TreasuryUnusableError */
  async requireUsable(treasury: Address, on: ChainId): Promise<void> {
    const unfit = await this.recipients.unfit(this.dataSource.manager, treasury, 'treasury', on);
    if (unfit !== null) throw new TreasuryUnusableError(treasury, `is ${unfit}`);
  }

  /** A contract may refuse money, or be on one chain and not on another: said, and not forbidden. */
  async warnOfContract(chain: Chain, treasury: Address): Promise<void> {
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
