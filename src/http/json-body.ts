import { ValidationFailedError } from './problem.js';

/** Deeper nesting than any request of ours has, and far from what would overflow the stack. */
const MAX_DEPTH = 64;
const OPENING = new Set(['{', '[']);
const CLOSING = new Set(['}', ']']);

/**
 * Refuses JSON that is nested deeper than any honest request, before anything recursive walks it.
 * @throws ValidationFailedError
 */
export function requireShallow(json: string): void {
  let depth = 0;
  let isInText = false;
  for (let index = 0; index < json.length; index += 1) {
    const character = json[index] as string;
    if (isInText) {
      if (character === '\\') index += 1;
      else if (character === '"') isInText = false;
    } else if (character === '"') isInText = true;
    else if (OPENING.has(character)) depth += 1;
    else if (CLOSING.has(character)) depth -= 1;
    if (depth > MAX_DEPTH) {
      throw new ValidationFailedError([
        { field: 'body', message: `must not be nested deeper than ${MAX_DEPTH} levels` },
      ]);
    }
  }
}
