/** The quick tier, which `npm test` runs: all but `test/long`. */
export default {
  testEnvironment: 'node',
  runner: '<rootDir>/test/runner/runner.js',
  reporters: ['default', '<rootDir>/test/runner/slowest-reporter.js'],
  roots: ['<rootDir>/src', '<rootDir>/test', '<rootDir>/web'],
  testRegex: '\\.spec\\.ts$',
  testPathIgnorePatterns: ['<rootDir>/test/long/', '<rootDir>/test/browser/long/'],
  globalSetup: '<rootDir>/test/harness/global-setup.js',
  globalTeardown: '<rootDir>/test/harness/global-teardown.js',
  testTimeout: 180_000,
  // Tests wait for more than they compute: three keep two cores busy.
  maxWorkers: 3,
};
