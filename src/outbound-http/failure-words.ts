import { storable, type Storable } from '../database/storable.js';

/** Why there was no answer, in words a merchant understands, by the error's code (Node's and OpenSSL's). */
const REASONS: Record<string, string> = {
  ECONNREFUSED: 'connection refused',
  ECONNRESET: 'the connection was closed before an answer came',
  EPIPE: 'the connection was closed while we sent',
  ENOTFOUND: 'the host name is not known',
  EAI_AGAIN: 'the host name could not be looked up',
  EHOSTUNREACH: 'the host cannot be reached',
  ENETUNREACH: 'the network cannot be reached',
  ETIMEDOUT: 'the host did not take the connection in time',
  CERT_NOT_YET_VALID: 'the certificate is not valid yet',
  CERT_HAS_EXPIRED: 'the certificate has expired',
  CERT_REVOKED: 'the certificate was revoked',
  DEPTH_ZERO_SELF_SIGNED_CERT: 'the certificate is self-signed',
  SELF_SIGNED_CERT_IN_CHAIN: 'the certificate chain ends in a self-signed one',
  UNABLE_TO_GET_ISSUER_CERT: 'the certificate’s issuer is not known',
  UNABLE_TO_GET_ISSUER_CERT_LOCALLY:
    'the certificate’s issuer is not known; is an intermediate certificate missing?',
  UNABLE_TO_VERIFY_LEAF_SIGNATURE:
    'the certificate’s issuer is not known; is an intermediate certificate missing?',
  ERR_TLS_CERT_ALTNAME_INVALID: 'the certificate is for another host name',
  ERR_SSL_WRONG_VERSION_NUMBER: 'the endpoint does not speak TLS on this port',
  EPROTO: 'the TLS handshake failed',
  HPE_INVALID_CONSTANT: 'what came back is no HTTP',
  HPE_HEADER_OVERFLOW: 'the answer’s headers are too large',
  HPE_INVALID_HEADER_TOKEN: 'the answer’s headers are malformed',
  HPE_CLOSED_CONNECTION: 'the connection was closed in mid-answer',
};

interface Failure extends Error {
  code?: string;
  cause?: unknown;
  /** As OpenSSL prints it: `Jan  2 00:00:00 2026 GMT`. */
  certificateValidTo?: string | null;
}

/** @returns one sentence; for errors we have no words for, the system's own */
export function whyNoAnswer(error: Failure): Storable {
  return storable(inWords(error));
}

function inWords(error: Failure): string {
  const cause = (error.cause as Failure | undefined) ?? error;
  const code = cause.code ?? '';
  if (code === 'CERT_HAS_EXPIRED' && error.certificateValidTo) {
    return `certificate expired on ${new Date(error.certificateValidTo).toISOString().slice(0, 10)}`;
  }
  // An HTTP parser's code we do not know is still the endpoint's answer that is at fault.
  return REASONS[code] ?? (code.startsWith('HPE_') ? 'what came back is no valid HTTP' : cause.message);
}
