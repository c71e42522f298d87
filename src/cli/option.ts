import { type Command } from 'commander';
import { type Terminal } from './terminal.js';
import { UsageError } from './usage.error.js';

export interface OutputOptions {
  json?: boolean;
}

/** A parser of an option's value that names the option in its complaint. */
export function named<T>(option: string, parse: (text: string) => T): (text: string) => T {
  return (text) => {
    try {
      return parse(text);
    } catch (error) {
      throw new UsageError(`${option} ${text} ${(error as Error).message}`, { cause: error });
    }
  };
}

/** A subcommand whose output a script may want as JSON. */
export function printingCommand(group: Command, name: string, description: string): Command {
  return (
    group
      .command(name)
      .description(description)
      // A name without its quotes is a mistake to be reported, not a first word to be taken.
      .allowExcessArguments(false)
      .option('--json', 'print JSON, for a script')
  );
}

/** Progress on one line, for a person who watches. */
export function showProgress(terminal: Terminal, text: string): void {
  if (terminal.isWatched) terminal.err(`\r${text} `);
}

export function endProgress(terminal: Terminal): void {
  if (terminal.isWatched) terminal.err('\n');
}
