import { quantity } from '../encoding.js';
import { keccak256 } from './keccak.js';
import { type RawFullHeader } from '../blocks/raw-block.js';
import { encodeRlp, type Field } from './rlp.js';

const asIs = (hex: string | number | bigint) => String(hex);

/** In yellow paper order (section 4.3). */
const FIRST_FIELDS = [
  ['parentHash', asIs],
  ['sha3Uncles', asIs],
  ['miner', asIs],
  ['stateRoot', asIs],
  ['transactionsRoot', asIs],
  ['receiptsRoot', asIs],
  ['logsBloom', asIs],
  ['difficulty', quantity],
  ['number', quantity],
  ['gasLimit', quantity],
  ['gasUsed', quantity],
  ['timestamp', quantity],
  ['extraData', asIs],
  ['mixHash', asIs],
  ['nonce', asIs],
] as const;

/** In the order of the forks that brought them: London, Shanghai, Cancun (three), Prague, Amsterdam (EIP-7928, 7843). */
const LATER_FIELDS = [
  ['baseFeePerGas', quantity],
  ['withdrawalsRoot', asIs],
  ['blobGasUsed', quantity],
  ['excessBlobGas', quantity],
  ['parentBeaconBlockRoot', asIs],
  ['requestsHash', asIs],
  ['blockAccessListHash', asIs],
  ['slotNumber', quantity],
] as const;

/** Later fields that a header has though it lacks one before them: a chain may take over forks in another order. */
export function fieldsBehindGap(header: RawFullHeader): string[] {
  const gap = LATER_FIELDS.findIndex(([name]) => header[name] === undefined);
  if (gap === -1) return [];
  return LATER_FIELDS.slice(gap)
    .map(([name]) => name)
    .filter((name) => header[name] !== undefined);
}

/** Fields that every header of Ethereum's own form has, and this one lacks: a chain's nodes may leave them out. */
export function fieldsMissing(header: RawFullHeader): string[] {
  return FIRST_FIELDS.map(([name]) => name).filter((name) => header[name] === undefined);
}

/** A field that stands behind all that are known: its name, and whether it is a number. */
export interface AppendedField {
  name: string;
  isQuantity: boolean;
}

/**
 * The hash of a header, made from its fields (yellow paper, section 4.3; EIP-1559, 4895, 4844, 4788, 7685, 7928, 7843).
 * A header whose hash it is cannot have been altered, as long as the hash itself is the one its child names.
 * @param appended fields of a newer fork, in their order
 * @returns null where fields are missing that every header of Ethereum's own form has
 */
export function headerHash(header: RawFullHeader, appended: readonly AppendedField[] = []): string | null {
  const fields: Field[] = [];
  for (const [name, encode] of FIRST_FIELDS) {
    const value = header[name];
    if (value === undefined) return null;
    fields.push(encode(value));
  }
  for (const [name, encode] of LATER_FIELDS) {
    const value = header[name];
    // The chain has not come to that fork; nothing behind it can be there.
    if (value === undefined) break;
    fields.push(encode(value));
  }
  for (const { name, isQuantity } of appended) {
    const value = valueOf(header, name);
    // What is no whole bytes is a number.
    if (value === undefined || (!isQuantity && value.length % 2 === 1)) return null;
    fields.push(isQuantity ? quantity(value) : value);
  }
  return keccak256(encodeRlp(fields));
}

/** What a node sent under this name, as hex; undefined where it is no hex, or was not sent. */
export function valueOf(header: RawFullHeader, name: string): string | undefined {
  const known = header[name as keyof RawFullHeader];
  const value = typeof known === 'string' ? known : header.unknownFields[name];
  return value === '' ? undefined : value;
}
