export interface Report {
  name: string;
  /** What was measured, with the unit in the key. */
  figures: Record<string, number>;
  /** Each against a baseline of the same run. */
  ratios: Record<string, number>;
}

/** Prints a table for a person, or with `--json` one object and nothing else. */
export function publish(report: Report): void {
  if (process.argv.includes('--json')) {
    console.log(JSON.stringify(report));
    return;
  }
  console.log(`\n${report.name}`);
  for (const [key, value] of Object.entries(report.figures))
    console.log(`  ${key.padEnd(44)} ${format(value)}`);
  for (const [key, value] of Object.entries(report.ratios))
    console.log(`  ${key.padEnd(44)} ${value.toFixed(2)} ×`);
}

function format(value: number): string {
  return value >= 100 ? Math.round(value).toLocaleString('en') : value.toFixed(2);
}
