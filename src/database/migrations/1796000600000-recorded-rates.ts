import { type MigrationInterface, type QueryRunner } from 'typeorm';

/** What pairs were worth, for money that comes late, and for whoever asks later why an amount was what it was. */
export class RecordedRates1796000600000 implements MigrationInterface {
  async up(queryRunner: QueryRunner): Promise<void> {
    await queryRunner.query(`
      CREATE TABLE recorded_rates (
        pair varchar(65) NOT NULL,
        at timestamptz NOT NULL,
        numerator numeric,
        denominator numeric,
        code varchar(32),
        reason text,
        sources jsonb NOT NULL,
        CONSTRAINT recorded_rates_pkey PRIMARY KEY (pair, at)
      )`);
    await queryRunner.query('CREATE INDEX recorded_rates_at_idx ON recorded_rates (at)');
  }

  async down(queryRunner: QueryRunner): Promise<void> {
    await queryRunner.query('DROP TABLE recorded_rates');
  }
}
