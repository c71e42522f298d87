import { readFileSync } from 'node:fs';
import { basename } from 'node:path';
import solc from 'solc';

interface Bytecode {
  object: string;
}

interface CompilerOutput {
  errors?: { severity: string; formattedMessage: string }[];
  contracts?: Record<string, Record<string, { evm: { bytecode: Bytecode; deployedBytecode: Bytecode } }>>;
}

/**
 * Compiles a file that has one contract, named as the file is. The same source gives the same bytes anywhere: compiler
 * and settings are fixed, and the metadata hash, which would take in file paths, is left out.
 * @returns 0x-hex: what makes the contract, and what stands at its address then
 */
export function compile(file: string): { bytecode: string; deployed: string } {
  const source = basename(file);
  const input = {
    language: 'Solidity',
    sources: { [source]: { content: readFileSync(file, 'utf8') } },
    settings: {
      evmVersion: 'paris',
      optimizer: { enabled: true, runs: 200 },
      metadata: { bytecodeHash: 'none', appendCBOR: false },
      outputSelection: { '*': { '*': ['evm.bytecode.object', 'evm.deployedBytecode.object'] } },
    },
  };
  const output = JSON.parse(solc.compile(JSON.stringify(input))) as CompilerOutput;
  const failure = output.errors?.find(({ severity }) => severity === 'error');
  const compiled = output.contracts?.[source]?.[basename(file, '.sol')];
  if (failure || !compiled) throw new Error(failure?.formattedMessage ?? 'the compiler gave no contract');
  const { bytecode, deployedBytecode } = compiled.evm;
  return { bytecode: `0x${bytecode.object}`, deployed: `0x${deployedBytecode.object}` };
}
