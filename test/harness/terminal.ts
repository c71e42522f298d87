import { runCommandLine } from '../../src/cli/program.js';
import { keepSaid, keepSecrets } from './said.js';
import { type Ran } from './command-line.js';

/** `quittance …` inside this process: what a command does, without the start of a process for it. */
export async function runCommand(args: string[], settings: Record<string, string> = {}): Promise<Ran> {
  const ran: Ran = { code: null, out: '', err: '' };
  const code = await runCommandLine(args, {
    environment: settings,
    out: (text) => (ran.out += text),
    err: (text) => (ran.err += text),
    isWatched: false,
    exitCode: 0,
  });
  const isSecret = /^(wallet new|key create)/.test(args.join(' '));
  keepSaid(isSecret ? ran.err : ran.out + ran.err);
  keepSecrets({ mnemonic: settings.MNEMONIC, texts: [] });
  return { ...ran, code };
}
