/** What the jest run as a whole has started. */
export interface RunEnvironment {
  stop(): Promise<void>;
}

/** The migrated database that each test file clones. */
export const TEMPLATE = 'quittance_template';
