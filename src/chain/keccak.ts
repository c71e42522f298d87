import { createKeccak } from 'hash-wasm';

const hasher = await createKeccak(256);

/** Keccak-256 as Ethereum has it, not SHA3-256. @returns 32 bytes */
export function keccak256(data: Uint8Array): Uint8Array {
  return hasher.init().update(data).digest('binary');
}
