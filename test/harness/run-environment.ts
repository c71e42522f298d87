/** What the jest run as a whole has started. */
export interface RunEnvironment {
  stop(): Promise<void>;
}

/** The variable that says where the Postgres of the run writes its log. */
export const POSTGRES_LOG = 'QUITTANCE_TEST_POSTGRES_LOG';

/** The migrated database that each test file clones. */
export const TEMPLATE = 'quittance_template';
