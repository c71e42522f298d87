import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import solc from 'solc';

interface CompilerOutput {
  errors?: { severity: string; formattedMessage: string }[];
  contracts?: Record<string, Record<string, { evm: { bytecode: { object: string } } }>>;
}

const FOLDER = join(import.meta.dirname, '../../src/chain/dev-chain');
const SOURCE = 'TestToken.sol';
export const ARTIFACT = join(FOLDER, 'test-token.json');

/**
 * Compiles the test token. The same source gives the same bytes anywhere: compiler and settings are fixed, and the
 * metadata hash, which would take in file paths, is left out.
 * @returns the artifact as it is committed beside the source
 */
export function compileToken(): { bytecode: string } {
  const content = readFileSync(join(FOLDER, SOURCE), 'utf8');
  const input = {
    language: 'Solidity',
    sources: { [SOURCE]: { content } },
    settings: {
      evmVersion: 'paris',
      optimizer: { enabled: true, runs: 200 },
      metadata: { bytecodeHash: 'none', appendCBOR: false },
      outputSelection: { '*': { '*': ['evm.bytecode.object'] } },
    },
  };
  const output = JSON.parse(solc.compile(JSON.stringify(input))) as CompilerOutput;
  const failure = output.errors?.find(({ severity }) => severity === 'error');
  const compiled = output.contracts?.[SOURCE]?.TestToken;
  if (failure || !compiled) throw new Error(failure?.formattedMessage ?? 'the compiler gave no contract');
  return { bytecode: `0x${compiled.evm.bytecode.object}` };
}
