import { Injectable } from '@nestjs/common';
import { InjectDataSource } from '@nestjs/typeorm';
import { DataSource, type EntityManager } from 'typeorm';
import { isBeingRead } from './after-restore/restored-chains.js';
import { SigningPause } from './signing-pause.entity.js';
import { type ChainId } from '../ids/ids.js';
import { databaseClock } from '../database/database-clock.js';

/** Whether anything may be signed now. It holds for every process. */
@Injectable()
export class SigningPauses {
  constructor(@InjectDataSource() private readonly dataSource: DataSource) {}

  current(): Promise<SigningPause> {
    return this.dataSource.manager.findOneByOrFail(SigningPause, { id: 1 });
  }

  /** Whether anything may be signed on a chain now, a pause apart: not before what a restore lacks was read. */
  isChainHeld(chainId: ChainId): Promise<boolean> {
    return isBeingRead(this.dataSource.manager, chainId);
  }

  /** @param reason shown wherever something waits for it */
  async set(isPaused: boolean, reason: string | null): Promise<SigningPause> {
    await this.dataSource.manager.update(
      SigningPause,
      { id: 1 },
      { isPaused, reason, changedAt: databaseClock.now() },
    );
    return this.current();
  }
}

/** Stops everything that signs, in all processes, until an operator lets it go on. */
export async function pauseSigning(manager: EntityManager, reason: string): Promise<void> {
  await manager.update(SigningPause, { id: 1 }, { isPaused: true, reason, changedAt: databaseClock.now() });
}
