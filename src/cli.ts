#!/usr/bin/env node
import { runCommandLine } from './cli/program.js';
import { endWithReader, processTerminal } from './cli/terminal.js';

/** Every operator's command: `quittance merchant create`, `quittance key revoke`, … */
endWithReader();
const exitCode = await runCommandLine(process.argv.slice(2), processTerminal());
// What was written to a pipe may still be under way: the end comes behind it.
process.stdout.write('', () => process.stderr.write('', () => process.exit(exitCode)));
