import { CommandRunner, Option } from 'nest-commander';

export interface OutputOptions {
  json?: boolean;
}

/** A command whose output a script may want as JSON. */
export abstract class PrintingCommand extends CommandRunner {
  @Option({ flags: '--json', description: 'print JSON, for a script' })
  parseJson(): boolean {
    return true;
  }
}
