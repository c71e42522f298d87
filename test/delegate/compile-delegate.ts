import { join } from 'node:path';
import { compile } from '../contracts/compile.js';

const FOLDER = join(import.meta.dirname, '../../src/outgoing/delegate');
export const ARTIFACT = join(FOLDER, 'sweep-delegate.json');

/** @returns the artifact as it is committed beside the source */
export function compileDelegate(): ReturnType<typeof compile> {
  return compile(join(FOLDER, 'SweepDelegate.sol'));
}
