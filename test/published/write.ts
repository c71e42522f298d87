import { writeFileSync } from 'node:fs';
import { publishedWords } from '../../src/config/published-keys.js';
import { addressesOf } from './addresses.js';

const lines = publishedWords()
  .flatMap((words, index) => addressesOf(words, index))
  .map((one) => `  '${one}',\n`);
writeFileSync(
  'src/config/published-addresses.ts',
  '/** Whose words are published: made by `npx tsx test/published/write.ts`, since deriving them takes seconds. */\n' +
    `export const PUBLISHED_ADDRESSES: ReadonlySet<string> = new Set([\n${lines.join('')}]);\n`,
);
