import { join } from 'node:path';
import { compile } from '../contracts/compile.js';

const FOLDER = join(import.meta.dirname, '../../src/chain/dev-chain');
/** The dev chain's contracts, and the artifacts that are committed beside their sources. */
export const ARTIFACTS = [
  { source: join(FOLDER, 'TestToken.sol'), artifact: join(FOLDER, 'test-token.json') },
  { source: join(FOLDER, 'PriceFeed.sol'), artifact: join(FOLDER, 'price-feed.json') },
];

export function compileArtifact(source: string): { bytecode: string } {
  const { bytecode } = compile(source);
  return { bytecode };
}
