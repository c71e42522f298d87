import { relative } from 'node:path';

const LIMIT_MS = 10_000;
const UNLIMITED = ['test/long/', 'test/browser/long/'];

/**
 * In CI a test outside the long tier that took more than ten seconds has failed. It is marked here rather than in a
 * reporter so that Jest knows it for a failed one: `--onlyFailures` runs it again, and one that was slow only because
 * the machine stood still for a moment is not slow twice.
 *
 * @param result of one spec file, by Jest; changed in place
 */
export function failTooSlow(result, rootDir) {
  const file = relative(rootDir, result.testFilePath);
  if (!process.env.CI || UNLIMITED.some((folder) => file.startsWith(folder))) return result;
  const tooSlow = result.testResults.filter(
    ({ status, duration }) => status === 'passed' && duration > LIMIT_MS,
  );
  for (const test of tooSlow) {
    const said =
      `took ${(test.duration / 1_000).toFixed(1)} s, more than the ${LIMIT_MS / 1_000} s that a test of the quick tier ` +
      'may take: make it quicker, or move it to test/long';
    test.status = 'failed';
    test.failureMessages = [said];
    result.numPassingTests -= 1;
    result.numFailingTests += 1;
    result.failureMessage = `${result.failureMessage ?? ''}  ● ${test.fullName}\n\n    ${said}\n`;
  }
  return result;
}
