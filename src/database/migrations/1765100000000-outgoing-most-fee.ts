import { type MigrationInterface, type QueryRunner } from 'typeorm';

/** What the fee of a sweep may be at the most goes with its transaction: bytes that replace it keep below it. */
export class OutgoingMostFee1765100000000 implements MigrationInterface {
  async up(queryRunner: QueryRunner): Promise<void> {
    await queryRunner.query('ALTER TABLE outgoing_transactions ADD COLUMN most_fee numeric(78,0)');
  }

  async down(queryRunner: QueryRunner): Promise<void> {
    await queryRunner.query('ALTER TABLE outgoing_transactions DROP COLUMN most_fee');
  }
}
