import { type Block, type BlockRef, type Movement } from '../blocks/block.js';
import { hasSucceeded } from '../blocks/arrangement.js';
import { type BlockBody, type Outcome, type RawHeader, type RawLog } from '../blocks/raw-block.js';
import { type Address, toAddress, toTokenAddress, type TxHash } from '../../ids/ids.js';

/** keccak256("Transfer(address,address,uint256)"), ERC-20. */
export const TRANSFER_TOPIC = '0xddf252ad1be2c89b69c2b068fc378daa952ba7f163c4a11628f55a4df523b3ef';

/**
 * Where native transfers are logged from, by the chain itself (EIP-7708). They are seen without these logs; a chain that
 * begins to write them must not move the places of the logs beside them.
 */
export const SYSTEM_LOGGER = '0xfffffffffffffffffffffffffffffffffffffffe';

export function blockRef(raw: RawHeader): BlockRef {
  return {
    number: raw.number,
    hash: raw.hash,
    parentHash: raw.parentHash,
    time: new Date(raw.timestamp * 1000),
  };
}

/**
 * Every value transfer of a block: native value of the transactions that succeeded, and Transfer logs of the tokens
 * watched. Zero-value transfers are left out: they are how address poisoning is done, and move no money.
 * @param watchedTokens contracts, lower-case
 * @param receipts of all its transactions in order, as `arrange` gives them; null: it moves nothing
 * @param own only what these receive; without it, whatever anybody does
 */
export function movementsOf(
  block: BlockBody,
  receipts: readonly (Outcome | null)[],
  watchedTokens: ReadonlySet<Address>,
  own?: ReadonlySet<Address>,
): Block {
  const movements: Movement[] = [];
  const isWanted = (movement: Movement) => movement.amount > 0n && (own?.has(movement.to) ?? true);
  block.transactions.forEach((transaction, index) => {
    const receipt = receipts[index] ?? null;
    if (receipt === null || !hasSucceeded(receipt, transaction.gas)) return;
    const native = nativeTransferOf(transaction);
    if (native && isWanted(native)) movements.push(native);
    for (const { log, ordinal } of placed(receipt.logs)) {
      if (!watchedTokens.has(log.address)) continue;
      const movement = tokenTransferOf(log, { txHash: transaction.hash, ordinal });
      if (movement && isWanted(movement)) movements.push(movement);
    }
  });
  return blockOf(block, movements);
}

/** Whom the value transfers of a block may go to, each once: of most blocks this is all that has to be known. Parameters as of `movementsOf`. */
export function recipientsOf(
  { transactions }: BlockBody,
  receipts: readonly (Outcome | null)[],
  watchedTokens: ReadonlySet<Address>,
): Address[] {
  const recipients = new Set<Address>();
  transactions.forEach(({ to, value }, index) => {
    const receipt = receipts[index] ?? null;
    if (receipt === null) return;
    if (to !== null && value > 0n) recipients.add(to);
    for (const { address, topics } of receipt.logs) {
      const [, , recipient] = topics;
      if (recipient !== undefined && watchedTokens.has(address)) recipients.add(addressOfTopic(recipient));
    }
  });
  return [...recipients];
}

/** Logs of one transaction, each with its place among them; those that the chain itself writes have none. */
export function placed(logs: readonly RawLog[]): { log: RawLog; ordinal: number }[] {
  return logs.filter(({ address }) => address !== SYSTEM_LOGGER).map((log, ordinal) => ({ log, ordinal }));
}

/** Yellow paper, appendix G: what every transaction costs before any code runs, until Amsterdam. */
const PLAIN_TRANSFER_GAS = 21_000n;

export function blockOf(block: BlockBody, movements: Movement[]): Block {
  return {
    ...blockRef(block),
    movements,
    transactions: block.transactions.map(({ hash }) => hash),
    runsCode: block.transactions.some((transaction) => mayRunCode(block, transaction)),
  };
}

/**
 * Since Amsterdam a call costs from 12,000 gas on before any code runs (EIP-2780), so that what is allowed no longer
 * tells; which blocks are of that fork, their own fields show. On a chain that takes over the prices without the fields,
 * 21,000 gas is what a transfer of value to another account costs before any code runs, and nothing cheaper is.
 */
function mayRunCode(
  { blockAccessListHash, slotNumber }: BlockBody,
  { gas, from, to, value, input }: BlockBody['transactions'][number],
): boolean {
  const isAmsterdam = blockAccessListHash !== undefined || slotNumber !== undefined;
  const isPlain = (input ?? '0x') === '0x' && gas === PLAIN_TRANSFER_GAS && value > 0n && from !== to;
  return isAmsterdam || to === null || !isPlain;
}

/**
 * Whom tokens may have gone to, by logs that only a bloom proves: it covers which addresses and topics there are in a
 * block, and neither which of them are of one log, nor their order, nor any data. So whatever may be an address counts.
 * @returns lower-case
 */
export function tokenRecipients(logs: readonly RawLog[], watchedTokens: ReadonlySet<Address>): Address[] {
  if (!logs.some(({ address }) => watchedTokens.has(address))) return [];
  return logs.flatMap(({ topics }) =>
    topics.filter((topic) => MAY_BE_ADDRESS.test(topic)).map(addressOfTopic),
  );
}

/** Padded on the left to 32 bytes (Solidity ABI). */
const MAY_BE_ADDRESS = /^0x0{24}/;

/** What a transaction moves itself if it succeeds, also when that is nothing; undefined where it makes a contract. */
export function nativeTransferOf({
  hash,
  from,
  to,
  value,
}: BlockBody['transactions'][number]): Movement | undefined {
  // A system's transaction may leave it out: what has no recipient moves nothing.
  if (to === null) return undefined;
  return {
    kind: 'native',
    txHash: hash,
    ordinal: 0,
    logIndex: null,
    from,
    to,
    tokenAddress: null,
    amount: value,
  };
}

/** The ERC-20 transfer that a log of any contract describes, also of zero; undefined where it is none. */
export function tokenTransferOf(
  log: RawLog,
  { txHash, ordinal }: { txHash: TxHash; ordinal: number },
): Movement | undefined {
  // ERC-721 has the same topic with a fourth, the token id; its data is empty. Only three topics are ERC-20.
  if (log.topics.length !== 3 || log.topics[0] !== TRANSFER_TOPIC) return undefined;
  if (log.data.length < 66) return undefined;
  return {
    kind: 'erc20',
    txHash,
    ordinal,
    logIndex: log.logIndex ?? null,
    from: addressOfTopic(log.topics[1] as string),
    to: addressOfTopic(log.topics[2] as string),
    tokenAddress: toTokenAddress(log.address),
    amount: BigInt(log.data.slice(0, 66)),
  };
}

function addressOfTopic(topic: string): Address {
  return toAddress(`0x${topic.slice(-40)}`);
}
