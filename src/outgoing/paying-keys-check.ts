import { Injectable, type OnModuleInit } from '@nestjs/common';
import { InjectDataSource } from '@nestjs/typeorm';
import { DataSource } from 'typeorm';
import { DepositKeyError } from '../wallet/foreign-accounts.js';
import { Keys } from '../wallet/keys.js';
import { Recipients } from './recipients.js';

const SETTING_OF = { gas_tank: 'GAS_TANK_PRIVATE_KEY', payout: 'PAYOUT_PRIVATE_KEY' } as const;

/** Before anything is signed: the operator's accounts spend what lies at them, which must not be customers' money. */
@Injectable()
export class PayingKeysCheck implements OnModuleInit {
  constructor(
    @InjectDataSource() private readonly dataSource: DataSource,
    private readonly keys: Keys,
    private readonly recipients: Recipients,
  ) {}

  /** @throws DepositKeyError, so that the process does not start */
  async onModuleInit(): Promise<void> {
    for (const kind of ['gas_tank', 'payout'] as const) {
      if (!this.keys.has(kind)) continue;
      const address = this.keys.addressOf({ kind });
      if (await this.recipients.isDeposit(this.dataSource.manager, address))
        throw new DepositKeyError(SETTING_OF[kind], address);
    }
  }
}
