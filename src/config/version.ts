import { createRequire } from 'node:module';

const require = createRequire(import.meta.url);

/** Of this Quittance, as package.json has it. */
export const VERSION = (require('../../package.json') as { version: string }).version;
