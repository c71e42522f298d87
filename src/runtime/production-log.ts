import { Logger as NestLogger } from '@nestjs/common';
import { destination, type Logger } from 'pino';
import { isProduction } from '../config/is-production.js';
import { createPino, PinoLogger } from '../http/pino-logger.js';
import { consoleToLog } from './console-to-log.js';

const STDOUT = 1;

/** In production every line is JSON, also those of libraries, and also before the settings are read. */
export function speakJson(level: string): Logger {
  // pino would write through a stream that was changed, as ours are below, and so to itself.
  const pino = createPino(level, destination({ fd: STDOUT, sync: true }));
  consoleToLog(pino);
  NestLogger.overrideLogger(new PinoLogger(pino));
  return pino;
}

/** Imported first: libraries warn while they are loaded. */
if (isProduction('.env')) speakJson('info');
