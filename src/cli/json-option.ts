import { CommandRunner, Option } from 'nest-commander';

export interface OutputOptions {
  json?: boolean;
}

/** A command whose output a script may want as JSON. */
export abstract class PrintingCommand extends CommandRunner {
  /** A name without its quotes is a mistake to be told, not a first word to be taken. */
  override setCommand(command: Parameters<CommandRunner['setCommand']>[0]): this {
    return super.setCommand(command.allowExcessArguments(false));
  }

  @Option({ flags: '--json', description: 'print JSON, for a script' })
  parseJson(): boolean {
    return true;
  }
}
