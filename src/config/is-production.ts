import { parseEnv } from 'node:util';
import { readText } from './read-text.js';

/**
 * Whether this is production, for what has to be known before the settings are read: as they will say, by the
 * environment with the file of settings behind it.
 * @param path of that file; one that is not there says nothing
 */
export function isProduction(path: string): boolean {
  return (process.env.NODE_ENV ?? inFile(path))?.trim() === 'production';
}

function inFile(path: string): string | undefined {
  try {
    return parseEnv(readText(path)).NODE_ENV;
  } catch {
    return undefined;
  }
}
