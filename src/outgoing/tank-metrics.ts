import { Injectable, type OnModuleInit } from '@nestjs/common';
import { type Gauge } from 'prom-client';
import { holderGauge } from '../process/holder-gauges.js';

@Injectable()
export class TankMetrics implements OnModuleInit {
  private balance: Gauge<'chain'>;
  private low: Gauge<'chain'>;

  onModuleInit(): void {
    const gauge = (name: string, help: string) => holderGauge(`quittance_gas_tank_${name}`, help);
    this.balance = gauge('balance', 'What the gas tank holds, in whole units of 10^18 wei');
    this.low = gauge('is_low', '1: it is below gas_tank_minimum, or cannot pay what is asked of it');
  }

  holds(chain: string, wei: bigint, isLow: boolean): void {
    // A gauge is a float: near enough to draw and to alert by, and nothing is decided by it.
    this.balance.set({ chain }, Number(wei / 10n ** 9n) / 1e9);
    this.low.set({ chain }, isLow ? 1 : 0);
  }

  isLow(chain: string): void {
    this.low.set({ chain }, 1);
  }
}
