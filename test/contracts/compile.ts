import { createHash } from 'node:crypto';
import { mkdirSync, readFileSync, renameSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { basename, join } from 'node:path';
import type Solc from 'solc';

const require = createRequire(import.meta.url);
/** What was compiled before, by all that it depends on: loading the compiler alone takes a second. */
const CACHE = join(import.meta.dirname, '../../node_modules/.cache/quittance-contracts');

interface Bytecode {
  object: string;
}

interface DeployedBytecode extends Bytecode {
  /** By the id of its declaration. */
  immutableReferences: Record<string, { start: number; length: number }[]>;
}

interface Declaration {
  id: number;
  name: string;
  nodes?: Declaration[];
}

interface CompilerOutput {
  errors?: { severity: string; formattedMessage: string }[];
  contracts?: Record<
    string,
    Record<string, { evm: { bytecode: Bytecode; deployedBytecode: DeployedBytecode } }>
  >;
  sources?: Record<string, { ast: Declaration }>;
}

export interface Compiled {
  /** 0x-hex: what makes the contract. */
  bytecode: string;
  /** 0x-hex: what stands at its address then, with zeros for its immutables. */
  deployed: string;
  /** Where in `deployed` each immutable stands, in bytes; each takes 32. */
  immutables: Record<string, number[]>;
}

/**
 * Compiles a file that has one contract, named as the file is. The same source gives the same bytes anywhere: compiler
 * and settings are fixed, and the metadata hash, which would take in file paths, is left out.
 */
export function compile(file: string): Compiled {
  const source = basename(file);
  const input = {
    language: 'Solidity',
    sources: { [source]: { content: readFileSync(file, 'utf8') } },
    settings: {
      evmVersion: 'paris',
      optimizer: { enabled: true, runs: 200 },
      metadata: { bytecodeHash: 'none', appendCBOR: false },
      outputSelection: {
        '*': {
          '': ['ast'],
          '*': [
            'evm.bytecode.object',
            'evm.deployedBytecode.object',
            'evm.deployedBytecode.immutableReferences',
          ],
        },
      },
    },
  };
  const output = JSON.parse(cached(JSON.stringify(input))) as CompilerOutput;
  const failure = output.errors?.find(({ severity }) => severity === 'error');
  const compiled = output.contracts?.[source]?.[basename(file, '.sol')];
  if (failure || !compiled) throw new Error(failure?.formattedMessage ?? 'the compiler gave no contract');
  const { bytecode, deployedBytecode } = compiled.evm;
  const declared = declarations(output.sources?.[source]?.ast);
  const immutables = Object.entries(deployedBytecode.immutableReferences).map(
    ([id, places]) => [declared.get(Number(id)) ?? id, places.map(({ start }) => start)] as const,
  );
  return {
    bytecode: `0x${bytecode.object}`,
    deployed: `0x${deployedBytecode.object}`,
    immutables: Object.fromEntries(immutables),
  };
}

/** @returns what the compiler says to the input */
function cached(input: string): string {
  const { version } = require('solc/package.json') as { version: string };
  const name = createHash('sha256').update(`${version}\n${input}`).digest('hex');
  const file = join(CACHE, `${name}.json`);
  try {
    return readFileSync(file, 'utf8');
  } catch {
    const output = (require('solc') as typeof Solc).compile(input);
    mkdirSync(CACHE, { recursive: true });
    // Other workers see the whole of it or nothing.
    const draft = `${file}.${process.pid}`;
    writeFileSync(draft, output);
    renameSync(draft, file);
    return output;
  }
}

/** Names by id, of all that a file and its contracts declare. */
function declarations(root: Declaration | undefined): Map<number, string> {
  const found = new Map<number, string>();
  const note = ({ id, name, nodes = [] }: Declaration) => {
    found.set(id, name);
    nodes.forEach(note);
  };
  if (root) note(root);
  return found;
}
