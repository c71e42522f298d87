import { promisify } from 'node:util';
import { constants, gzip } from 'node:zlib';

const pack = promisify(gzip);

/** @returns gzip, made beside the event loop, and of the fastest kind: what is packed here is sent a few times only */
export function packed(text: string): Promise<Buffer> {
  return pack(text, { level: constants.Z_BEST_SPEED });
}

/** @param accepted the request's Accept-Encoding (RFC 9110, 12.5.3) */
export function takesGzip(accepted: string | string[] | undefined): boolean {
  const codings = String(accepted ?? '').split(',');
  const [given] = codings
    .map((coding) =>
      coding
        .trim()
        .toLowerCase()
        .split(/\s*;\s*/),
    )
    .filter(([name]) => name === 'gzip');
  return given !== undefined && !given.slice(1).some((weight) => /^q=0(\.0*)?$/.test(weight));
}
