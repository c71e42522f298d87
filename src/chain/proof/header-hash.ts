import { quantity } from '../encoding.js';
import { keccak256 } from './keccak.js';
import { type RawFullHeader } from '../blocks/raw-block.js';
import { encodeRlp, type Field } from './rlp.js';

const asIs = (hex: string | bigint) => String(hex);

/** In the order of the forks that brought them: London, Shanghai, Cancun (three), Prague. */
const LATER_FIELDS = [
  ['baseFeePerGas', quantity],
  ['withdrawalsRoot', asIs],
  ['blobGasUsed', quantity],
  ['excessBlobGas', quantity],
  ['parentBeaconBlockRoot', asIs],
  ['requestsHash', asIs],
] as const;

/**
 * The hash of a header, made from its fields (yellow paper, section 4.3; EIP-1559, 4895, 4844, 4788, 7685). A header
 * whose hash it is cannot have been altered, as long as the hash itself is the one its child names.
 * @returns null where fields are missing that every header of Ethereum's own form has
 */
export function headerHash(header: RawFullHeader): string | null {
  const { difficulty, gasLimit, gasUsed } = header;
  const first: (Field | undefined)[] = [
    header.parentHash,
    header.sha3Uncles,
    header.miner,
    header.stateRoot,
    header.transactionsRoot,
    header.receiptsRoot,
    header.logsBloom,
    difficulty && quantity(difficulty),
    quantity(header.number),
    gasLimit === undefined ? undefined : quantity(gasLimit),
    gasUsed === undefined ? undefined : quantity(gasUsed),
    quantity(header.timestamp),
    header.extraData,
    header.mixHash,
    header.nonce,
  ];
  const fields = first.filter((field) => field !== undefined);
  if (fields.length < first.length) return null;
  for (const [name, encode] of LATER_FIELDS) {
    const value = header[name];
    // The chain has not come to that fork; nothing behind it can be there.
    if (value === undefined) break;
    fields.push(encode(value));
  }
  return keccak256(encodeRlp(fields));
}
