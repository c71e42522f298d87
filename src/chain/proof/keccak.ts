import { createKeccak } from 'hash-wasm';

const hasher = await createKeccak(256);

/** Keccak-256 as Ethereum has it, not SHA3-256. @param data bytes, or text as UTF-8 (not hex). @returns 0x + 64 lower-case hex digits */
export function keccak256(data: Uint8Array | string): string {
  return `0x${hasher.init().update(data).digest('hex')}`;
}
