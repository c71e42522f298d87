const SHOWN = 10;
const LIMIT_MS = 10_000;

/** Prints the slowest tests. In CI it fails a run of the quick tier in which a single one took too long. */
export default class SlowestReporter {
  /** @param limitMs of one test; null: none */
  constructor(globalConfig, { limitMs = LIMIT_MS } = {}) {
    this.rootDir = globalConfig.rootDir;
    this.limitMs = limitMs;
  }

  onRunComplete(_contexts, { testResults }) {
    const tests = testResults
      .flatMap(({ testFilePath, testResults: results }) =>
        results.map(({ fullName, duration }) => ({ file: testFilePath, fullName, duration: duration ?? 0 })),
      )
      .sort((one, other) => other.duration - one.duration);
    if (tests.length <= SHOWN) return;
    const lines = tests.slice(0, SHOWN).map((test) => this.line(test));
    process.stderr.write(`\nThe ${SHOWN} slowest tests:\n${lines.join('\n')}\n`);
    const tooSlow = this.limitMs === null ? [] : tests.filter(({ duration }) => duration > this.limitMs);
    if (process.env.CI && tooSlow.length > 0) {
      this.error = new Error(
        `${tooSlow.length} of the tests took more than ${this.limitMs / 1_000} s; make them quicker, ` +
          `or move them to test/long:\n${tooSlow.map((test) => this.line(test)).join('\n')}`,
      );
    }
  }

  /** Jest asks for it when the run is over, and fails the run when there is one. */
  getLastError() {
    return this.error;
  }

  line({ file, fullName, duration }) {
    const seconds = (duration / 1_000).toFixed(1).padStart(6);
    return `${seconds} s  ${file.replace(`${this.rootDir}/`, '')}: ${fullName}`;
  }
}
