import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { type PageAssets } from './page/document.js';

const FOLDERS = ['../web/checkout', '../../dist/web/checkout'].map((one) => join(import.meta.dirname, one));
const TYPES = { js: 'text/javascript; charset=utf-8', css: 'text/css; charset=utf-8' } as const;

export interface Asset {
  type: string;
  body: Buffer;
}

/** What browsers load besides the pages: a few small files, read once at the start and sent from memory. */
export class Assets {
  /** Null: not built; the pages are complete without. */
  readonly ofPages: PageAssets | null = null;
  private readonly byName = new Map<string, Asset>();

  constructor(folder = FOLDERS.find((one) => existsSync(join(one, 'manifest.json')))) {
    if (folder === undefined) return;
    const names = JSON.parse(readFileSync(join(folder, 'manifest.json'), 'utf8')) as Record<string, string>;
    for (const name of [...Object.values(names), 'quittance.js']) {
      const type = TYPES[name.split('.').pop() as keyof typeof TYPES];
      this.byName.set(name, { type, body: readFileSync(join(folder, name)) });
    }
    this.ofPages = { script: `/pay/assets/${names['pay.js']}`, style: `/pay/assets/${names['style.css']}` };
  }

  find(name: string): Asset | undefined {
    return this.byName.get(name);
  }
}
