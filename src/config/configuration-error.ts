/** One thing wrong with the configuration: which setting, what about it, and how to fix it. */
export interface Problem {
  name: string;
  what: string;
  /** The setting that is most likely meant by a name that is none. */
  meant?: string;
}

/** Everything wrong with the configuration at once, so that it is fixed in one go. */
export class ConfigurationError extends Error {
  constructor(readonly problems: readonly Problem[]) {
    super(
      `${problems.length} ${problems.length === 1 ? 'problem' : 'problems'} in the configuration:\n` +
        problems.map(({ name, what }) => `  ${name}: ${what}`).join('\n'),
    );
  }
}
