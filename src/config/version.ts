import { createRequire } from 'node:module';
import { join } from 'node:path';
import { PROJECT_FOLDER } from '../process/project-folder.js';

const require = createRequire(import.meta.url);

/** Of this Quittance, as package.json has it. */
export const VERSION = (require(join(PROJECT_FOLDER, 'package.json')) as { version: string }).version;
