import quick from './jest.config.js';

/** The long tier, which `npm run test:long` runs: kills, outages, whatever takes its time by nature. */
export default {
  ...quick,
  roots: ['<rootDir>/test/long', '<rootDir>/test/browser/long'],
  testPathIgnorePatterns: [],
  testTimeout: 600_000,
  // These wait still more.
  maxWorkers: 4,
};
