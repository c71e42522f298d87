/** Both kinds of test run in one command: `*.spec.ts` beside the code, and whole flows under `test/`. */
export default {
  testEnvironment: 'node',
  runner: '<rootDir>/test/runner/runner.js',
  roots: ['<rootDir>/src', '<rootDir>/test'],
  testRegex: '\\.spec\\.ts$',
  globalSetup: '<rootDir>/test/harness/global-setup.js',
  globalTeardown: '<rootDir>/test/harness/global-teardown.js',
  testTimeout: 180_000,
  maxWorkers: 2,
};
