import { type MigrationInterface, type QueryRunner } from 'typeorm';

/** From where each payment of a link was made, so that no site has all of those that may be unpaid at a time. */
export class LinkSites1798000600117 implements MigrationInterface {
  async up(queryRunner: QueryRunner): Promise<void> {
    await queryRunner.query('ALTER TABLE payments ADD link_site integer');
  }

  async down(queryRunner: QueryRunner): Promise<void> {
    await queryRunner.query('ALTER TABLE payments DROP link_site');
  }
}
