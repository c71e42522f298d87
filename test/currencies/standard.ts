import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { join } from 'node:path';
import prettier from 'prettier';

const require = createRequire(import.meta.url);
export const TABLE_FILE = join(import.meta.dirname, '../../src/rates/currency-table.ts');

/** A currency that has gone: the day from which it is in list one no more, and what took its place. */
export interface Withdrawn {
  on: string;
  successor: string;
}

interface Amendment {
  number: number;
  added: Record<string, number>;
  withdrawn: Record<string, Withdrawn>;
}

/**
 * What the maintenance agency has changed since the list that the package brings, which is of 2024-06-25 (amendment
 * 177). Amendments are published at
 * https://www.six-group.com/en/products-services/financial-information/market-reference-data/data-standards.html, as
 * dl-currency-iso-amendment-180.pdf; the list with all of these in it is of 2026-01-01. Where the package brings a
 * newer list, what is here and in it changes nothing.
 */
const AMENDMENTS: readonly Amendment[] = [
  { number: 176, added: { XCG: 2 }, withdrawn: { ANG: { on: '2025-03-31', successor: 'XCG' } } },
  { number: 178, added: {}, withdrawn: { CUC: { on: '2021-06-30', successor: 'CUP' } } },
  { number: 179, added: { XAD: 2 }, withdrawn: {} },
  { number: 180, added: {}, withdrawn: { BGN: { on: '2026-01-01', successor: 'EUR' } } },
];
const IN_FORCE_SINCE = '2026-01-01';

/** List one of ISO 4217: in the copy that the package brings, and amended. */
export function standardList(): {
  published: string;
  codes: Map<string, number | null>;
  withdrawn: Map<string, Withdrawn>;
  /** As the package brings them, before any amendment. */
  brought: ReadonlyMap<string, number | null>;
} {
  const xml = readFileSync(require.resolve('currency-codes/iso-4217-list-one.xml'), 'utf8');
  const [, brought = ''] = /<ISO_4217 Pblshd="([\d-]+)">/.exec(xml) ?? [];
  const codes = new Map<string, number | null>();
  for (const [, entry = ''] of xml.matchAll(/<CcyNtry>(.*?)<\/CcyNtry>/gs)) {
    const code = /<Ccy>([A-Z]{3})<\/Ccy>/.exec(entry)?.[1];
    const minor = /<CcyMnrUnts>([^<]+)<\/CcyMnrUnts>/.exec(entry)?.[1];
    if (code !== undefined) codes.set(code, minor === 'N.A.' ? null : Number(minor));
  }
  const unamended = new Map(codes);
  const withdrawn = new Map<string, Withdrawn>();
  for (const amendment of AMENDMENTS) {
    for (const [code, digits] of Object.entries(amendment.added)) codes.set(code, digits);
    for (const [code, gone] of Object.entries(amendment.withdrawn)) {
      codes.delete(code);
      withdrawn.set(code, gone);
    }
  }
  const published = brought > IN_FORCE_SINCE ? brought : IN_FORCE_SINCE;
  return { published, codes, withdrawn, brought: unamended };
}

/** @returns the file of src that is made from the list */
export async function currencyTable(): Promise<string> {
  const { published, codes, withdrawn } = standardList();
  const byCode = ([a]: [string, unknown], [b]: [string, unknown]) => (a < b ? -1 : 1);
  const last = AMENDMENTS.at(-1)?.number;
  const text = [
    '// Made by test/currencies/write.ts; do not edit.',
    '',
    `/** The currencies of ISO 4217, list one of ${published} (amendment ${last}): digits of the minor unit; null: the code has none. */`,
    'export const CURRENCY_DIGITS = {',
    ...[...codes].sort(byCode).map(([code, digits]) => `  ${code}: ${digits},`),
    '} satisfies Record<string, number | null>;',
    '',
    '/** Currencies that were in the list until lately: since when they are not, and what took their place. */',
    'export const WITHDRAWN_CURRENCIES = {',
    ...[...withdrawn]
      .sort(byCode)
      .map(([code, { on, successor }]) => `  ${code}: { on: '${on}', successor: '${successor}' },`),
    '} satisfies Record<string, { on: string; successor: keyof typeof CURRENCY_DIGITS }>;',
    '',
  ].join('\n');
  const options = await prettier.resolveConfig(TABLE_FILE);
  return prettier.format(text, { ...options, filepath: TABLE_FILE });
}
