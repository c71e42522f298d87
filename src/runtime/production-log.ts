import { readFileSync } from 'node:fs';
import { parseEnv } from 'node:util';
import { Logger as NestLogger } from '@nestjs/common';
import { destination, type Logger } from 'pino';
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

/** As the settings will say, which are read later: the environment, with `.env` behind it. */
function isProduction(): boolean {
  return (process.env.NODE_ENV ?? envFile().NODE_ENV)?.trim() === 'production';
}

function envFile(): Record<string, string | undefined> {
  try {
    return parseEnv(readFileSync('.env', 'utf8'));
  } catch {
    return {};
  }
}

/** Imported first: libraries warn while they are loaded. */
if (isProduction()) speakJson('info');
