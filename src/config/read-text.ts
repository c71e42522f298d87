import { readFileSync } from 'node:fs';

/** A file that is not text as we read it. The message says how to mend it. */
export class NotUtf8Error extends Error {
  /** Stands where a code of the system does. */
  readonly code = 'UTF-16: save it as UTF-8';

  constructor() {
    super('is UTF-16, as some editors on Windows save files; save it as UTF-8');
  }
}

/**
 * A file of settings. Editors on Windows put a byte order mark before the text, or write UTF-16, of which nothing
 * would be read: that is refused.
 * @throws NotUtf8Error; what `readFileSync` throws
 */
export function readText(path: string): string {
  const text = readFileSync(path, 'utf8');
  if (text.includes('\0')) throw new NotUtf8Error();
  return text.startsWith('\ufeff') ? text.slice(1) : text;
}
