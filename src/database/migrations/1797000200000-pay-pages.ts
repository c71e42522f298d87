import { type MigrationInterface, type QueryRunner } from 'typeorm';

/** 128 of 244 random bits: what an older process makes a payment with while this one starts, and what there is gets. */
const RANDOM_TOKEN = `encode(substr(sha256((uuid_send(gen_random_uuid()) || uuid_send(gen_random_uuid()))), 1, 16), 'hex')`;
const PORTION = 10_000;

/** Where each payment's page is, and where it leads back to. */
export class PayPages1797000200000 implements MigrationInterface {
  /** A default that differs by row would rewrite the table under a lock: the column comes empty, and is filled in portions. */
  async up(queryRunner: QueryRunner): Promise<void> {
    await queryRunner.query(
      'ALTER TABLE payments ADD page_token varchar(32), ADD success_url varchar(2048), ADD cancel_url varchar(2048)',
    );
    await queryRunner.query(`ALTER TABLE payments ALTER page_token SET DEFAULT ${RANDOM_TOKEN}`);
    let after = '00000000-0000-0000-0000-000000000000';
    for (;;) {
      const [last] = await queryRunner.manager.query<{ id: string | null }[]>(
        `WITH portion AS (SELECT id FROM payments WHERE id > $1 ORDER BY id LIMIT ${PORTION}),
         filled AS (
           UPDATE payments SET page_token = ${RANDOM_TOKEN} FROM portion
           WHERE payments.id = portion.id AND page_token IS NULL)
         SELECT max(id::text) AS id FROM portion`,
        [after],
      );
      if (last?.id == null) break;
      after = last.id;
    }
    await queryRunner.query('ALTER TABLE payments ALTER page_token SET NOT NULL');
    await queryRunner.query('CREATE UNIQUE INDEX payments_page_token_key ON payments (page_token)');
    await queryRunner.query(`ALTER TABLE merchants ADD shop_origins text[] NOT NULL DEFAULT '{}'`);
  }

  async down(queryRunner: QueryRunner): Promise<void> {
    await queryRunner.query('ALTER TABLE merchants DROP shop_origins');
    await queryRunner.query('ALTER TABLE payments DROP page_token, DROP success_url, DROP cancel_url');
  }
}
