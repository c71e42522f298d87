import { createReadStream, openSync, readdirSync, readFileSync, writeSync } from 'node:fs';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { leaksIn, type Secrets } from './leaks.js';

/** Where a run keeps what everything that it started has said, and the secrets that it was given. */
export const SAID_VARIABLE = 'QUITTANCE_TEST_SAID';

type Kind = 'lines' | 'secrets';
const files = new Map<string, number>();
/** By file, what is written with the next turn of the event loop, or when the process ends. */
const drafts = new Map<string, string[]>();

/** Files stay open, and lines of a moment are written together, since thousands of them a second are kept. */
function keep(kind: Kind, line: string): void {
  const folder = process.env[SAID_VARIABLE];
  if (folder === undefined) return;
  if (drafts.size === 0) setImmediate(writeDrafts).unref();
  const path = join(folder, `${process.pid}.${kind}`);
  const draft = drafts.get(path) ?? [];
  draft.push(line.endsWith('\n') ? line : `${line}\n`);
  drafts.set(path, draft);
}

function writeDrafts(): void {
  for (const [path, lines] of drafts) {
    let file = files.get(path);
    if (file === undefined) {
      file = openSync(path, 'a');
      files.set(path, file);
    }
    writeSync(file, lines.join(''));
  }
  drafts.clear();
}

process.on('exit', writeDrafts);

/** Keeps lines that were logged, printed or answered as errors, to be searched for secrets when the run ends. */
export function keepSaid(text: string): void {
  if (text !== '') keep('lines', text);
}

/** Keeps what nothing may say. */
export function keepSecrets(secrets: {
  mnemonic?: string | null;
  texts?: (string | null | undefined)[];
}): void {
  keep('secrets', JSON.stringify(secrets));
}

/**
 * Searches all that was said in a run for all that may not be.
 * @throws Error that tells where, and not what
 */
export async function requireNothingLeaked(folder: string): Promise<void> {
  writeDrafts();
  const secrets = secretsIn(folder);
  const leaks: string[] = [];
  for (const file of readdirSync(folder).filter((name) => name.endsWith('.lines'))) {
    const lines: string[] = [];
    for await (const line of createInterface({ input: createReadStream(join(folder, file)) }))
      lines.push(line);
    leaks.push(...leaksIn(lines, secrets));
  }
  if (leaks.length > 0) {
    throw new Error(
      `secrets were logged or printed, ${leaks.length} times:\n${leaks.slice(0, 20).join('\n')}`,
    );
  }
}

function secretsIn(folder: string): Secrets {
  const mnemonics = new Set<string>();
  const texts = new Set<string>();
  for (const file of readdirSync(folder).filter((name) => name.endsWith('.secrets'))) {
    for (const line of readFileSync(join(folder, file), 'utf8').trimEnd().split('\n')) {
      const kept = JSON.parse(line) as Parameters<typeof keepSecrets>[0];
      if (kept.mnemonic) mnemonics.add(kept.mnemonic);
      kept.texts?.forEach((text) => text && texts.add(text));
    }
  }
  return { mnemonics: [...mnemonics], texts: [...texts] };
}
