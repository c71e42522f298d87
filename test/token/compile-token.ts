import { join } from 'node:path';
import { compile } from '../contracts/compile.js';

const FOLDER = join(import.meta.dirname, '../../src/chain/dev-chain');
export const ARTIFACT = join(FOLDER, 'test-token.json');

/** @returns the artifact as it is committed beside the source */
export function compileToken(): { bytecode: string } {
  const { bytecode } = compile(join(FOLDER, 'TestToken.sol'));
  return { bytecode };
}
