import { createKeccak } from 'hash-wasm';

const hasher = await createKeccak(256);

/** Keccak-256 as Ethereum has it, not SHA3-256. @param data bytes, or text as UTF-8 (not hex). @returns 0x + 64 lower-case hex digits */
export function keccak256(data: Uint8Array | string): string {
  return `0x${hasher.init().update(data).digest('hex')}`;
}

/** As `keccak256`, as the 32 bytes that it is: for what goes on being hashed. */
export function keccak256Bytes(data: Uint8Array): Uint8Array {
  return hasher.init().update(data).digest('binary');
}
