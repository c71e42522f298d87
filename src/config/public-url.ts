/**
 * Where something that this installation shows to people is, as their browsers reach it.
 * @param publicUrl PUBLIC_URL; null: nobody can say, since no request is trusted to know
 * @param path from the first slash
 */
export function urlAt(publicUrl: string | null, path: string): string | null {
  return publicUrl === null ? null : publicUrl.replace(/\/+$/, '') + path;
}

/** In development without PUBLIC_URL: a link that works on this machine. */
export function localUrl(port: number): string {
  return `http://localhost:${port}`;
}
