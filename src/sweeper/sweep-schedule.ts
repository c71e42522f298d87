import { Inject, Injectable, Logger, type OnApplicationBootstrap, type OnModuleInit } from '@nestjs/common';
import { SchedulerRegistry } from '@nestjs/schedule';
import { CronJob } from 'cron';
import { ChainService } from '../chain/chain.service.js';
import { type ChainConfig } from '../config/chains.js';
import { SETTINGS } from '../config/configuration.module.js';
import { type Settings } from '../config/settings.js';
import { OutgoingLoop } from '../outgoing/outgoing-loop.js';
import { sweepingOf } from '../config/sweeping.js';
import { SweepMover } from './sweep-mover.js';
import { TreasuryCheck } from './treasury-check.js';
import { type Address } from '../ids/ids.js';

/** When the sweeps of each chain are planned, and whether they may be at all. */
@Injectable()
export class SweepSchedule implements OnModuleInit, OnApplicationBootstrap {
  private readonly logger = new Logger('Sweeper');

  constructor(
    @Inject(SETTINGS) private readonly settings: Settings,
    private readonly chains: ChainService,
    private readonly treasuries: TreasuryCheck,
    private readonly mover: SweepMover,
    private readonly loop: OutgoingLoop,
    private readonly schedule: SchedulerRegistry,
  ) {}

  /**
   * Before any round is made.
   * @throws TreasuryUnusableError, so that the process does not start
   */
  async onModuleInit(): Promise<void> {
    for (const { chain, treasury } of this.swept()) {
      await this.treasuries.requireUsable(treasury, chain.chainId);
      void this.treasuries.warnOfContract(this.chains.of(chain), treasury);
    }
  }

  onApplicationBootstrap(): void {
    for (const chain of this.chains.all()) {
      const sweeping = sweepingOf(chain, this.settings);
      if ('off' in sweeping) this.logger.log({ chain: chain.name, reason: sweeping.off }, 'nothing is swept');
    }
    for (const { chain } of this.swept()) this.start(chain);
  }

  private swept(): { chain: ChainConfig; treasury: Address }[] {
    return this.chains.all().flatMap((chain) => {
      const sweeping = sweepingOf(chain, this.settings);
      return 'off' in sweeping ? [] : [{ chain, treasury: sweeping.treasury }];
    });
  }

  private start(chain: ChainConfig): void {
    const plan = () => {
      this.mover.planNext(chain);
      this.loop.wake(chain);
    };
    const job = CronJob.from({ cronTime: this.settings.sweepSchedule, onTick: plan, timeZone: 'UTC' });
    this.schedule.addCronJob(`plan sweeps ${chain.name}`, job);
    job.start();
    // What was due while nobody was here.
    plan();
  }
}
