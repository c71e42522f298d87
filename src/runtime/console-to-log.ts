import { format } from 'node:util';
import { type Logger } from 'pino';
import { withoutSecrets } from '../http/logged-error.js';

const LEVELS = { debug: 'debug', log: 'info', info: 'info', warn: 'warn', error: 'error' } as const;
type Level = (typeof LEVELS)[keyof typeof LEVELS];

/** As it was before what is written there became lines of the log. */
const writeOut = process.stdout.write.bind(process.stdout);

/**
 * Has all that is written beside the log be lines of it: what libraries write to the console or straight to the
 * streams, Node's warnings, and the error that ends the process. BullMQ, ioredis and pg say some things nowhere else,
 * and whoever collects the log reads JSON. The log itself writes to the file descriptor, and not through the streams.
 */
export function consoleToLog(pino: Logger): void {
  for (const [method, level] of Object.entries(LEVELS) as [keyof typeof LEVELS, Level][])
    console[method] = (...given: unknown[]) =>
      pino[level]({ context: 'console' }, withoutSecrets(format(...given)));
  process.removeAllListeners('warning');
  process.on('warning', ({ name, message }) =>
    pino.warn({ context: 'node', warning: name }, withoutSecrets(message)),
  );
  streamToLog('stdout', (line) => pino.info({ context: 'stdout' }, withoutSecrets(line)));
  streamToLog('stderr', (line) => pino.warn({ context: 'stderr' }, withoutSecrets(line)));
  endAloud(pino);
}

/** For what a person is to read who watches the terminal. */
export function writeToTerminal(text: string): void {
  writeOut(text);
}

function streamToLog(name: 'stdout' | 'stderr', tell: (line: string) => void): void {
  let rest = '';
  const write = (chunk: string | Uint8Array, ...more: unknown[]): boolean => {
    const lines = `${rest}${typeof chunk === 'string' ? chunk : Buffer.from(chunk).toString()}`.split('\n');
    rest = lines.pop() ?? '';
    lines.filter((line) => line.trim() !== '').forEach(tell);
    const done = more.find((one) => typeof one === 'function') as (() => void) | undefined;
    if (done) process.nextTick(done);
    return true;
  };
  process[name].write = write;
  // What does not end its last line says it all the same.
  process.once('exit', () => {
    if (rest.trim() !== '') tell(rest);
    rest = '';
  });
}

/** What nobody caught ends the process, as Node would have it, with its reason in the log. */
function endAloud(pino: Logger): void {
  process.removeAllListeners('uncaughtException');
  process.on('uncaughtException', (error: unknown, origin) => {
    const err = error instanceof Error ? error : new Error(format(error));
    pino.fatal({ context: 'node', origin, err }, 'ended by an error that nobody caught');
    process.exit(1);
  });
}
