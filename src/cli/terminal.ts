import { type Environment } from '../config/load-settings.js';

/** What a command reads and where it writes: its process's own, or that of a test which runs it inside another. */
export interface Terminal {
  /** The settings; null: those of the process, with `.env` behind them. */
  environment: Environment | null;
  out(text: string): void;
  err(text: string): void;
  /** A person watches: progress is shown. */
  isWatched: boolean;
  /** What the command ends with; 0 until it says otherwise. */
  exitCode: number;
}

export function processTerminal(): Terminal {
  return {
    environment: null,
    out: (text) => void process.stdout.write(text),
    err: (text) => void process.stderr.write(text),
    isWatched: process.stderr.isTTY,
    exitCode: 0,
  };
}

/**
 * `quittance wallet new | head -1` closes our output while we write: whoever reads has what they wanted, so it is the
 * end of the command and no error.
 */
export function endWithReader(): void {
  for (const stream of [process.stdout, process.stderr])
    stream.on('error', (error: NodeJS.ErrnoException) => {
      if (error.code !== 'EPIPE') throw error;
      process.exit(0);
    });
}
