import { Interface } from 'ethers';
import { storable } from '../database/storable.js';
import { type FeedRound } from './observation.js';

/** Chainlink's AggregatorV3Interface, as far as it is read (https://docs.chain.link/data-feeds/api-reference). */
const aggregator = new Interface([
  'function latestRoundData() view returns (uint80, int256, uint256, uint256, uint80)',
  'function decimals() view returns (uint8)',
  'function description() view returns (string)',
]);

/** 0x-hex of the calls that are made. */
export const LATEST_ROUND_DATA = aggregator.encodeFunctionData('latestRoundData');
export const DECIMALS = aggregator.encodeFunctionData('decimals');
export const DESCRIPTION = aggregator.encodeFunctionData('description');

const WORD_DIGITS = 64;
/** Longer is no name of a pair, and would end in messages. */
const MOST_DESCRIPTION = 100;
/** No year after 9999 in a date. */
const LAST_SECOND = 253_402_300_799n;

/** @param answer what the call returned, 0x-hex; null: it was refused @returns null where it is no such round */
export function readRound(answer: string | null): FeedRound | null {
  // A contract without the function, and with a fallback, returns something else: five words and no less.
  if (answer?.length !== 2 + 5 * WORD_DIGITS) return null;
  const values = decoded('latestRoundData', answer);
  if (values === null) return null;
  const [roundId, value, startedAt, updatedAt, answeredInRound] = values as [
    bigint,
    bigint,
    bigint,
    bigint,
    bigint,
  ];
  if (startedAt > LAST_SECOND || updatedAt > LAST_SECOND) return null;
  return { roundId, answer: value, startedAt, updatedAt, answeredInRound };
}

export function readDecimals(answer: string | null): number | null {
  if (answer?.length !== 2 + WORD_DIGITS) return null;
  const [decimals] = decoded('decimals', answer) ?? [];
  return decimals === undefined ? null : Number(decimals);
}

export function readDescription(answer: string | null): string | null {
  if (answer === null) return null;
  const [description] = decoded('description', answer) ?? [];
  return typeof description === 'string' ? storable(description, MOST_DESCRIPTION) : null;
}

/** Null where the bytes are not of that form, or a value is out of its type's range. */
function decoded(name: string, answer: string): unknown[] | null {
  try {
    return aggregator.decodeFunctionResult(name, answer).toArray() as unknown[];
  } catch {
    return null;
  }
}
