import { type ChainConfig } from '../config/chains.js';

/** What a link asks for, in whole units of its currency as decimal strings; without an amount the visitor says how much. */
export interface LinkPrice {
  /** ISO 4217, or the symbol of an asset of `chain`. */
  currency: string;
  chain: string | null;
  amount: string | null;
  /** Null: no bound. */
  min: string | null;
  max: string | null;
}

/** As it is kept: a chain by its id too, since names are the operator's to change. */
export interface StoredLinkPrice extends LinkPrice {
  chain_id: number | null;
}

export function storedPrice(price: LinkPrice, chains: readonly ChainConfig[]): StoredLinkPrice {
  return { ...price, chain_id: chains.find(({ name }) => name === price.chain)?.chainId ?? null };
}

/** By the chain's name of today. */
export function shownPrice(
  { chain_id: id, ...price }: StoredLinkPrice,
  chains: readonly ChainConfig[],
): LinkPrice {
  return { ...price, chain: chains.find(({ chainId }) => chainId === id)?.name ?? price.chain };
}

export type AmountProblem = 'wrong' | 'low' | 'high';

/** A comma before three digits, which some mean as a point, and others as a separator of thousands. */
const AMBIGUOUS = /^[1-9]\d{0,2},\d{3}$/;
/** Digits that people type: Arabic-Indic, Persian, Devanagari. */
const ZEROS = [0x0660, 0x06f0, 0x0966];
const MOST_CHARACTERS = 80;

/**
 * An amount as people type it: with a comma for the point, in the digits of their language.
 * @returns it as the API takes it, where it can be one
 */
export function typedAmount(text: string): string {
  const digits = [...text.trim().slice(0, MOST_CHARACTERS)].map((character) => {
    const code = character.codePointAt(0) ?? 0;
    const zero = ZEROS.find((first) => code >= first && code <= first + 9);
    return zero === undefined ? character : String(code - zero);
  });
  const separated = digits
    .join('')
    .replace(/[\s\u00a0\u202f]/g, '')
    .replace('\u066b', '.');
  return /^\d+,\d+$/.test(separated) && !AMBIGUOUS.test(separated) ? separated.replace(',', '.') : separated;
}

/**
 * Whether an amount is within what the link takes.
 * @param unitsOf an amount in minor units; null: it is none
 */
export function amountProblem(
  amount: string,
  { min, max }: LinkPrice,
  unitsOf: (amount: string) => bigint | null,
): AmountProblem | null {
  const units = unitsOf(amount);
  if (units === null) return 'wrong';
  if (min !== null && units < (unitsOf(min) ?? 0n)) return 'low';
  const most = max === null ? null : unitsOf(max);
  return most !== null && units > most ? 'high' : null;
}
