import { isUntrustedCertificate } from '../config/untrusted-certificate.js';

/** Why Postgres did not let us in, and how to fix it. The URL holds a password: only its host is repeated. */
export class DatabaseUnreachableError extends Error {
  /** The code of Postgres, OpenSSL or the system, where there was one. */
  readonly reason: string | undefined;
  /** It may be there later, with the settings as they are. */
  readonly isAway: boolean;

  constructor(url: string, cause: Error) {
    const refusal = refusalOf(cause);
    super(`the database at ${hostOf(url)} ${refusal.what}; ${refusal.fix}`, { cause });
    this.reason = (cause as NodeJS.ErrnoException).code;
    this.isAway = isAway(cause);
  }
}

/**
 * What a server that starts, restarts, moves or is full says, or the network on the way to it. A name that is not known
 * is one that has yet to start, where containers find each other by DNS.
 * PostgreSQL, appendix A: class 57P is operator intervention, 53300 too many connections.
 */
const AWAY =
  /^(?:E(?:CONN(?:REFUSED|RESET|ABORTED)|TIMEDOUT|PIPE|(?:HOST|NET)(?:UNREACH|DOWN)|AI_AGAIN)|ENOTFOUND|57P0\d|53300)$/;
/** As pg says it, without a code. */
const AWAY_IN_WORDS = /connection terminated|timeout/i;

function isAway({ code, message }: NodeJS.ErrnoException): boolean {
  return code === undefined ? AWAY_IN_WORDS.test(message) : AWAY.test(code);
}

interface Refusal {
  what: string;
  fix: string;
}

function refusalOf(cause: Error): Refusal {
  const { code = '' } = cause as NodeJS.ErrnoException;
  const said = `(${code ? `${code}: ` : ''}${cause.message})`;
  // As Postgres words it where pg_hba.conf has a line for encrypted connections alone.
  if (code === '28000' && cause.message.endsWith('no encryption'))
    return {
      what: `takes no connection that is not encrypted ${said}`,
      fix: 'add sslmode=require to DATABASE_URL; if its pg_hba.conf has no line at all for us, add one there',
    };
  if (code === '28000' && cause.message.includes('pg_hba.conf'))
    return {
      what: `takes no connection from here ${said}`,
      fix: 'add a line for this host, user and database to its pg_hba.conf',
    };
  // PostgreSQL, appendix A: class 28 is invalid authorization, 3D000 an unknown database.
  if (code.startsWith('28'))
    return { what: `refused us ${said}`, fix: 'fix the user or the password in DATABASE_URL' };
  if (code === '3D000')
    return {
      what: `does not have this database ${said}`,
      fix: 'create it, or fix the name in DATABASE_URL',
    };
  if (code === '53300')
    return {
      what: `has no connection left ${said}`,
      fix: 'raise max_connections, or end what holds them',
    };
  if (code === 'ERR_TLS_CERT_ALTNAME_INVALID')
    return {
      what: `shows a certificate for another host (${cause.message})`,
      fix: 'use the host name that the certificate is for in DATABASE_URL',
    };
  if (code === 'CERT_HAS_EXPIRED')
    return { what: `shows a certificate that has expired (${code})`, fix: 'have it renewed' };
  if (code === 'CERT_NOT_YET_VALID')
    return { what: `shows a certificate that is not valid yet (${code})`, fix: 'set this machine’s clock' };
  if (isUntrustedCertificate(code))
    return {
      what: `shows a certificate that nothing here vouches for (${code})`,
      fix: "set DATABASE_CA_FILE to its provider's certificate, or sslmode=no-verify in DATABASE_URL to encrypt without asking who it is",
    };
  if (cause.message.includes('does not support SSL'))
    return {
      what: 'does not speak TLS',
      fix: 'turn ssl on there, or set sslmode=disable in DATABASE_URL where nobody can listen',
    };
  return { what: `cannot be reached (${code || cause.message})`, fix: 'fix DATABASE_URL, or start it' };
}

function hostOf(url: string): string {
  return URL.canParse(url) ? new URL(url).host : 'DATABASE_URL';
}
