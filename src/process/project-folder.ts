import { existsSync } from 'node:fs';
import { dirname, join } from 'node:path';

/**
 * The folder of this Quittance, which has its package.json. What is read or started as a file is found from here: the
 * build puts modules together in files elsewhere, and tests run them where they were written.
 */
export const PROJECT_FOLDER = holderOfPackage(import.meta.dirname);

function holderOfPackage(folder: string): string {
  if (existsSync(join(folder, 'package.json'))) return folder;
  if (dirname(folder) === folder)
    throw new Error(`no folder above ${import.meta.dirname} has a package.json`);
  return holderOfPackage(dirname(folder));
}
