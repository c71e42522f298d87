import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { join } from 'node:path';
import prettier from 'prettier';

const require = createRequire(import.meta.url);
export const TABLE_FILE = join(import.meta.dirname, '../../src/rates/currency-table.ts');

/** List one of ISO 4217, as its maintenance agency publishes it, in the copy that the package brings. */
export function standardList(): { published: string; codes: Map<string, number | null> } {
  const xml = readFileSync(require.resolve('currency-codes/iso-4217-list-one.xml'), 'utf8');
  const [, published = ''] = /<ISO_4217 Pblshd="([\d-]+)">/.exec(xml) ?? [];
  const codes = new Map<string, number | null>();
  for (const [, entry = ''] of xml.matchAll(/<CcyNtry>(.*?)<\/CcyNtry>/gs)) {
    const code = /<Ccy>([A-Z]{3})<\/Ccy>/.exec(entry)?.[1];
    const minor = /<CcyMnrUnts>([^<]+)<\/CcyMnrUnts>/.exec(entry)?.[1];
    if (code !== undefined) codes.set(code, minor === 'N.A.' ? null : Number(minor));
  }
  return { published, codes };
}

/** @returns the file of src that is made from the list */
export async function currencyTable(): Promise<string> {
  const { published, codes } = standardList();
  const entries = [...codes]
    .sort(([a], [b]) => (a < b ? -1 : 1))
    .map(([code, digits]) => `  ${code}: ${digits},`);
  const text = [
    '// Made by test/currencies/write.ts; do not edit.',
    '',
    `/** The currencies of ISO 4217, list one of ${published}: digits of the minor unit; null: the code has none. */`,
    'export const CURRENCY_DIGITS = {',
    ...entries,
    '} satisfies Record<string, number | null>;',
    '',
  ].join('\n');
  const options = await prettier.resolveConfig(TABLE_FILE);
  return prettier.format(text, { ...options, filepath: TABLE_FILE });
}
