import { certificatesFile } from './certificates-file.js';
import { nearest } from './nearest.js';
import { urlWith } from './parsers.js';
import { UnusableValueError } from './unusable-value.error.js';

/** Those of libpq that pg knows, and its own `no-verify`. Any other it passes over, and connects without TLS or with it. */
const SSL_MODES = ['disable', 'prefer', 'require', 'verify-ca', 'verify-full', 'no-verify'];
/** Parameters of TLS. One that is misspelt is passed over as well. */
const TLS_PARAMETERS = [
  'ssl',
  'sslmode',
  'sslrootcert',
  'sslcert',
  'sslkey',
  'sslnegotiation',
  'uselibpqcompat',
];
/** Of libpq, and passed over by pg: who has them has not misspelt anything. */
const OTHERS = ['sslcrl', 'sslcrldir', 'sslcompression', 'sslsni', 'sslpassword', 'sslcertmode'];
const LETTERS_WRONG = 2;
const SSL_VALUES = ['true', '1', 'false', '0', 'no-verify'];

/** @returns null: the embedded one, which was asked for by name */
export function databaseUrl(text: string): string | null {
  if (text === 'embedded') return null;
  const url = urlWith('postgres', 'postgresql')(text);
  const { searchParams } = new URL(url);
  const problem = schemaProblem(searchParams) ?? tlsProblem(searchParams);
  if (problem !== null) throw new UnusableValueError(problem);
  return url;
}

/** As other programs name a schema in it; Postgres has no such parameter. */
function schemaProblem(parameters: URLSearchParams): string | null {
  const name = ['schema', 'currentSchema', 'search_path'].find((one) => parameters.has(one));
  if (name === undefined) return null;
  return `has the parameter ${name}, which nobody reads: give Quittance a database of its own, or write options=-c%20search_path%3Dname`;
}

/** What is wrong with what a URL says of TLS. A mistake there would send passwords in the clear, or trust anybody. */
function tlsProblem(parameters: URLSearchParams): string | null {
  for (const name of new Set(parameters.keys())) {
    if (TLS_PARAMETERS.includes(name)) {
      if (parameters.getAll(name).length > 1) return `has ${name} twice; keep one of them`;
      continue;
    }
    if (OTHERS.includes(name)) continue;
    const meant = nearest(name.toLowerCase().replace(/[-_]/g, ''), TLS_PARAMETERS, LETTERS_WRONG);
    if (meant !== undefined)
      return `has the parameter ${quoted(name)}, which Postgres does not know; did you mean ${meant}?`;
  }
  const mode = parameters.get('sslmode');
  if (mode !== null && !SSL_MODES.includes(mode)) {
    const meant = nearest(mode.toLowerCase(), SSL_MODES);
    const hint = meant === undefined ? `choose from ${SSL_MODES.join(', ')}` : `did you mean ${meant}?`;
    return `has sslmode=${quoted(mode)}, which is not known; ${hint}`;
  }
  const ssl = parameters.get('ssl');
  if (ssl !== null && !SSL_VALUES.includes(ssl))
    return `has ssl=${quoted(ssl)}, which is not known; write sslmode=require instead`;
  const rootCertificate = parameters.get('sslrootcert');
  // libpq's word for the certificates of the system, which are trusted here anyway.
  if (rootCertificate === 'system') return 'has sslrootcert=system; leave it out: those are trusted as it is';
  if (rootCertificate) certificatesFile(rootCertificate);
  return null;
}

/** Short, and on one line: it may be anything. */
function quoted(text: string): string {
  return `"${text.replace(/[^\x20-\x7e]/g, '?').slice(0, 30)}"`;
}
