import { type QueryRunner } from 'typeorm';

/**
 * How values are written and read, whatever the server's own settings are: what pg_dump sets for the same reason. Until
 * the transaction ends.
 */
const SETTINGS = {
  client_encoding: 'UTF8',
  datestyle: 'ISO, MDY',
  intervalstyle: 'postgres',
  timezone: 'UTC',
  extra_float_digits: '3',
  bytea_output: 'hex',
  row_security: 'off',
  statement_timeout: '0',
  lock_timeout: '0',
  idle_in_transaction_session_timeout: '0',
};

export async function useCopySettings(runner: QueryRunner): Promise<void> {
  for (const [name, value] of Object.entries(SETTINGS))
    await runner.query('SELECT set_config($1, $2, true)', [name, value]);
}
