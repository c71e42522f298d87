/**
 * Codes of OpenSSL, as Node passes them on, for a certificate that no waiting makes better
 * (Node: tls, "X509 certificate error codes").
 */
const UNTRUSTED =
  /^(DEPTH_ZERO_SELF_SIGNED_CERT|SELF_SIGNED_CERT_IN_CHAIN|UNABLE_TO_|CERT_|ERR_TLS_CERT_|INVALID_CA|INVALID_PURPOSE|PATH_LENGTH_EXCEEDED|HOSTNAME_MISMATCH)/;

export function isUntrustedCertificate(code: string): boolean {
  return UNTRUSTED.test(code);
}
