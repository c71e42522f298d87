import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { type PageLanguage, type Text } from './page/texts.js';

/** As built; in a checkout that was not built yet, the files that would be. */
const FOLDERS = [
  '../web/checkout/languages',
  '../../dist/web/checkout/languages',
  '../../web/checkout/languages',
].map((folder) => join(import.meta.dirname, folder));
const FALLBACK = 'en';
const RIGHT_TO_LEFT = new Set(['ar', 'dv', 'fa', 'he', 'ku', 'ps', 'ur', 'yi']);
/** A header of any length costs no more than this. */
const MAX_WISHES = 20;

/** By folder: they are read once, however many apps a process starts, as tests do. */
const known = new Map<string, ReadonlyMap<string, PageLanguage>>();

/** The languages of the pages: one file each. */
export class Languages {
  private readonly byCode: ReadonlyMap<string, PageLanguage>;

  constructor(folder = FOLDERS.find(existsSync)) {
    if (folder === undefined) throw new Error('web/checkout/languages is missing; run: npm run build');
    this.byCode = known.get(folder) ?? readAll(folder);
    known.set(folder, this.byCode);
  }

  /**
   * @param wanted `?lang=`; what is not a language of ours is passed over
   * @param accepted the header Accept-Language (RFC 9110, section 12.5.4)
   */
  choose(wanted: string | undefined, accepted: string | undefined): PageLanguage {
    const askedFor = this.find(wanted ?? '');
    if (askedFor) return { ...askedFor, isAskedFor: true };
    const wishes = acceptedInOrder(accepted ?? '');
    const found = wishes.map((wish) => this.find(wish)).find((language) => language !== undefined);
    return found ?? (this.byCode.get(FALLBACK) as PageLanguage);
  }

  private find(wish: string): PageLanguage | undefined {
    const tag = wish.toLowerCase();
    return this.byCode.get(tag) ?? this.byCode.get(tag.split('-')[0] ?? '');
  }
}

function readAll(folder: string): ReadonlyMap<string, PageLanguage> {
  const codes = readdirSync(folder).flatMap((file) => (file.endsWith('.json') ? [file.slice(0, -5)] : []));
  const read = (code: string) =>
    JSON.parse(readFileSync(join(folder, `${code}.json`), 'utf8')) as Record<string, Text>;
  const english = read(FALLBACK);
  return new Map(
    codes.map((code) => {
      const direction = RIGHT_TO_LEFT.has(code.split('-')[0] ?? '') ? 'rtl' : 'ltr';
      const texts = { ...english, ...read(code) };
      return [code.toLowerCase(), { code, direction, texts }];
    }),
  );
}

function acceptedInOrder(header: string): string[] {
  return header
    .slice(0, 1_000)
    .split(',', MAX_WISHES)
    .map((part) => {
      const [tag = '', ...parameters] = part.trim().split(/\s*;\s*/);
      const weight = parameters.find((parameter) => parameter.startsWith('q='))?.slice(2);
      return { tag, quality: weight === undefined ? 1 : Number(weight) };
    })
    .filter(({ quality }) => quality > 0)
    .sort((one, other) => other.quality - one.quality)
    .map(({ tag }) => tag);
}
