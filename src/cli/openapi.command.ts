import { type Command } from 'commander';
import { type Terminal } from './terminal.js';

export function openApiCommand(command: Command, terminal: Terminal): void {
  command.action(async () => {
    const { describeApp } = await import('../describe-app.js');
    terminal.out(`${JSON.stringify(await describeApp(), null, 2)}\n`);
  });
}
