/** Of the metadata's JSON in UTF-8. */
export const METADATA_MAX_BYTES = 16 * 1024;
const MAX_DEPTH = 32;

/**
 * Checks metadata before it is stored as jsonb.
 * @returns a sentence saying what is wrong, or null
 */
export function whyNotMetadata(given: unknown): string | null {
  if (typeof given !== 'object' || given === null || Array.isArray(given)) {
    return 'must be a JSON object: {"order": "1234"}';
  }
  // Before serialising it, which is recursive and would overflow the stack on nesting made for that.
  const flaw = whyNotValues(given);
  if (flaw !== null) return flaw;
  const bytes = Buffer.byteLength(JSON.stringify(given));
  if (bytes <= METADATA_MAX_BYTES) return null;
  return `must not be above ${METADATA_MAX_BYTES} bytes of JSON, this is ${bytes}; keep the rest on your side and send a reference`;
}

/** @returns a sentence saying why Postgres cannot store the text, or null */
export function whyNotText(text: string): string | null {
  if (text.includes('\0')) return 'must not contain NUL characters';
  return text.isWellFormed() ? null : 'must be well-formed Unicode, without half surrogate pairs';
}

function whyNotValues(root: object): string | null {
  let level: unknown[] = [root];
  for (let depth = 0; level.length > 0; depth += 1) {
    const texts = level.flatMap((item) => (isObject(item) ? Object.keys(item) : item)).filter(isText);
    const flaw = texts.map(whyNotText).find((why) => why !== null);
    if (flaw !== undefined) return flaw;
    const objects = level.filter(isObject);
    if (objects.length > 0 && depth >= MAX_DEPTH) return `must not be nested deeper than ${MAX_DEPTH} levels`;
    level = objects.flatMap((item) => Object.values(item) as unknown[]);
  }
  return null;
}

function isObject(item: unknown): item is object {
  return typeof item === 'object' && item !== null;
}

function isText(item: unknown): item is string {
  return typeof item === 'string';
}
