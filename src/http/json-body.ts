import { type FastifyInstance } from 'fastify';
import { inexact } from './exact-json.js';
import { textOfBody } from './plain-body.js';
import { DomainError, ValidationFailedError } from './problem.js';

/** Deeper nesting than any request of ours has, and far from what would overflow the stack. */
const MAX_DEPTH = 64;
const OPENING = new Set(['{', '[']);
const CLOSING = new Set(['}', ']']);

/** Fields whose JSON is stored and given back as it is: numbers in there must not lose digits. */
const KEPT_AS_SENT: ReadonlySet<string> = new Set(['metadata']);

export class MalformedJsonError extends DomainError {
  readonly code = 'malformed_json';

  constructor(why: string) {
    super(`the body is not valid JSON: ${why}`);
  }
}

/** JSON is the only thing read as a body. Many clients name it in `content-type` with no body at all: that is none. */
export function readJsonBodies(fastify: FastifyInstance): void {
  const parse = fastify.getDefaultJsonParser('error', 'error');
  fastify.removeAllContentTypeParsers();
  fastify.addContentTypeParser('application/json', { parseAs: 'buffer' }, (request, body, done) => {
    const json = textOfBody(request.headers, body as Buffer);
    if (json === '') return done(null, undefined);
    requireShallow(json);
    return parse(request, json, (error, value) => {
      if (error) return done(new MalformedJsonError(whyNotJson(json)));
      const flaw = inexact(json, KEPT_AS_SENT);
      if (flaw !== null) return done(new ValidationFailedError([flaw]));
      done(null, value);
    });
  });
}

/** Why a body that was refused is no JSON, or none that we take. */
export function whyNotJson(json: string): string {
  try {
    JSON.parse(json);
  } catch (error) {
    return (error as Error).message;
  }
  return 'the keys "__proto__" and "constructor.prototype" are not taken; give them another name';
}

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
