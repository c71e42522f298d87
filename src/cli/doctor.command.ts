import { type Command } from 'commander';
import { type Finding, type FindingStatus } from '../doctor/finding.js';
import { type OutputOptions } from './option.js';
import { printable } from './print.js';
import { type Terminal } from './terminal.js';

const SIGN: Record<FindingStatus, string> = { ok: 'ok', warning: 'warn', problem: 'BAD', skipped: 'skip' };
/** As `migrate --status` has it: the command did what it should, and found something. */
const FOUND_SOMETHING = 2;

export function doctorCommand(command: Command, terminal: Terminal): void {
  command
    .option('--json', 'print JSON, for a script')
    .action((options: OutputOptions) => doctor(terminal, options));
}

async function doctor(terminal: Terminal, { json = false }: OutputOptions): Promise<void> {
  const [{ examination }, { subjectOf }, { openCommandDatabase }, { commandEnvironment }] = await Promise.all(
    [
      import('../doctor/examination.js'),
      import('../doctor/subject.js'),
      import('./command-database.js'),
      import('./command-configuration.js'),
    ],
  );
  const subject = subjectOf(await commandEnvironment(terminal));
  const findings = await examination(subject, () => openCommandDatabase(subject.settings));
  const count = (status: FindingStatus) => findings.filter((one) => one.status === status).length;
  if (count('problem') > 0) terminal.exitCode = FOUND_SOMETHING;
  if (json) {
    terminal.out(`${JSON.stringify(findings, null, 2)}\n`);
    return;
  }
  for (const finding of findings) terminal.out(lineOf(finding, widthOf(findings)));
  terminal.out(
    `\n${count('problem')} to be fixed, ${count('warning')} to be looked at, ${count('ok')} good\n`,
  );
}

function widthOf(findings: readonly Finding[]): number {
  return Math.max(...findings.map(({ part }) => part.length)) + 2;
}

function lineOf({ part, status, what, fix }: Finding, width: number): string {
  const start = `${SIGN[status].padEnd(6)}${part.padEnd(width)}`;
  const more = fix === null ? '' : `${' '.repeat(start.length)}→ ${printable(fix)}\n`;
  return `${start}${printable(what)}\n${more}`;
}
