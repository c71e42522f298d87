import { type LoggerService } from '@nestjs/common';
import { type DestinationStream, type Logger, type LoggerOptions, pino } from 'pino';
import { loggedError, withoutSecrets } from './logged-error.js';

/** Wherever a secret could stand in something that is logged as an object. */
const SECRET_PATHS = [
  'authorization',
  'mnemonic',
  'xpub',
  'secret',
  'key',
  'password',
  'databaseUrl',
  'encryptionKey',
  'gasTankPrivateKey',
  'payoutPrivateKey',
  'webhookSecret',
];

/** @param destination where lines go; standard output when left out */
export function createPino(level: string, destination?: DestinationStream): Logger {
  const options: LoggerOptions = {
    level,
    redact: {
      paths: [
        ...SECRET_PATHS,
        ...SECRET_PATHS.map((path) => `*.${path}`),
        'req.headers.authorization',
        'req.headers["x-api-key"]',
        'req.headers.cookie',
      ],
      censor: '[redacted]',
    },
    serializers: { err: loggedError },
    base: undefined,
    // By its name: pino's numbers are its own.
    formatters: { level: (label) => ({ level: label }) },
    timestamp: pino.stdTimeFunctions.isoTime,
  };
  return destination ? pino(options, destination) : pino(options);
}

/** Nest's account of its own start-up: a page of lines that say nothing of payments. */
const START_UP_CONTEXTS = new Set([
  'NestFactory',
  'InstanceLoader',
  'RoutesResolver',
  'RouterExplorer',
  'NestApplication',
]);

/**
 * Nest's logger on pino: `logger.info({ chain, block }, 'payment detected')` arrives as one event. nestjs-pino would do
 * this, but its versions for this Nest want Node 22.
 */
export class PinoLogger implements LoggerService {
  constructor(private readonly pino: Logger) {}

  log(message: unknown, ...rest: unknown[]): void {
    this.write(START_UP_CONTEXTS.has(String(rest.at(-1))) ? 'trace' : 'info', message, rest);
  }

  error(message: unknown, ...rest: unknown[]): void {
    this.write('error', message, rest);
  }

  warn(message: unknown, ...rest: unknown[]): void {
    this.write('warn', message, rest);
  }

  debug(message: unknown, ...rest: unknown[]): void {
    this.write('debug', message, rest);
  }

  verbose(message: unknown, ...rest: unknown[]): void {
    this.write('trace', message, rest);
  }

  fatal(message: unknown, ...rest: unknown[]): void {
    this.write('fatal', message, rest);
  }

  /** Nest puts the context last, and for errors the stack before it. */
  private write(
    level: 'info' | 'error' | 'warn' | 'debug' | 'trace' | 'fatal',
    message: unknown,
    rest: unknown[],
  ): void {
    const texts = rest.filter((item): item is string => typeof item === 'string').map(withoutSecrets);
    const context = texts.at(-1);
    if (message instanceof Error) {
      this.pino[level]({ context, err: message }, withoutSecrets(message.message));
      return;
    }
    if (typeof message === 'object' && message !== null) {
      this.pino[level]({ context, ...message }, texts.length > 1 ? texts[0] : undefined);
      return;
    }
    this.pino[level](
      { context, ...(texts.length > 1 ? { stack: texts[0] } : {}) },
      withoutSecrets(String(message)),
    );
  }
}
