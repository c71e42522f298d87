import { type MigrationInterface, type QueryRunner } from 'typeorm';
import { addIndexBesideWork, dropIndexBesideWork } from '../index-beside-work.js';

/**
 * Replays go through a merchant's events, or deliveries, in the order of time. An event joins the index when it is dispatched,
 * a delivery when it ends: what changes until then is written once.
 */
export class ReplayIndexes1798000700300 implements MigrationInterface {
  /** The tables are large and in use: see `addIndexBesideWork`. */
  readonly transaction = false;

  async up(queryRunner: QueryRunner): Promise<void> {
    await addIndexBesideWork(queryRunner, {
      name: 'events_merchant_time_idx',
      table: 'events',
      on: '(merchant_id, created_at, id) WHERE dispatched_at IS NOT NULL',
    });
    await addIndexBesideWork(queryRunner, {
      name: 'webhook_deliveries_merchant_time_idx',
      table: 'webhook_deliveries',
      on: `(merchant_id, state, created_at, id) WHERE state IN ('delivered', 'dead')`,
    });
  }

  async down(queryRunner: QueryRunner): Promise<void> {
    await dropIndexBesideWork(queryRunner, 'webhook_deliveries_merchant_time_idx');
    await dropIndexBesideWork(queryRunner, 'events_merchant_time_idx');
  }
}
