/** A name or address of this machine. */
export function isLocal(hostname: string): boolean {
  return /^(localhost|127(\.\d+){3}|\[?::1\]?|)$/.test(hostname);
}
