import { format } from 'node:util';
import { type Logger } from 'pino';

const LEVELS = { debug: 'debug', log: 'info', info: 'info', warn: 'warn', error: 'error' } as const;

/**
 * Has what libraries write to the console, and Node's own warnings, be lines of the log: BullMQ, ioredis and pg say
 * some things nowhere else, and whoever collects the log reads JSON.
 */
export function consoleToLog(pino: Logger): void {
  for (const [method, level] of Object.entries(LEVELS) as [keyof typeof LEVELS, Level][])
    console[method] = (...given: unknown[]) => pino[level]({ context: 'console' }, format(...given));
  process.removeAllListeners('warning');
  process.on('warning', ({ name, message }) => pino.warn({ context: 'node', warning: name }, message));
}

type Level = (typeof LEVELS)[keyof typeof LEVELS];
