import { isUtf8 } from 'node:buffer';
import { type IncomingHttpHeaders } from 'node:http';
import { DomainError } from './problem.js';

class UnsupportedEncodingError extends DomainError {
  readonly code = 'unsupported_media_type';
}

export class NotUtf8BodyError extends DomainError {
  readonly code = 'malformed_json';

  constructor() {
    super('the body is not valid UTF-8: some of its bytes are of another encoding; send it as UTF-8');
  }
}

/**
 * A body as text. What is compressed or in another character set is named, and nothing is replaced in silence.
 * @throws UnsupportedEncodingError, NotUtf8BodyError
 */
export function textOfBody(headers: IncomingHttpHeaders, body: Buffer): string {
  requireUncompressed(headers);
  const [, charset = 'utf-8'] = /;\s*charset\s*=\s*"?([^\s";]+)/i.exec(headers['content-type'] ?? '') ?? [];
  if (!['utf-8', 'utf8', 'us-ascii'].includes(charset.toLowerCase()))
    throw new UnsupportedEncodingError(`the body's charset is ${charset.slice(0, 40)}; send it as UTF-8`);
  if (!isUtf8(body)) throw new NotUtf8BodyError();
  return body.toString('utf8');
}

/** @throws UnsupportedEncodingError */
export function requireUncompressed(headers: IncomingHttpHeaders): void {
  const encoding = headers['content-encoding']?.trim() ?? '';
  if (encoding === '' || encoding.toLowerCase() === 'identity') return;
  throw new UnsupportedEncodingError(
    `the body has content-encoding: ${encoding.slice(0, 40)}; send it uncompressed, without that header`,
  );
}
