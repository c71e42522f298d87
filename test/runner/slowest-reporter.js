const SHOWN = 10;

/** Prints the slowest tests of a run. That one is too slow is said in `too-slow.js`. */
export default class SlowestReporter {
  constructor(globalConfig) {
    this.rootDir = globalConfig.rootDir;
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
  }

  line({ file, fullName, duration }) {
    const seconds = (duration / 1_000).toFixed(1).padStart(6);
    return `${seconds} s  ${file.replace(`${this.rootDir}/`, '')}: ${fullName}`;
  }
}
