/**
 * The URL with its TLS said in full. `sslmode=require`, as managed Postgres provides it, encrypts and asks who is
 * there, as pg understands it today; written as `verify-full`, it does so without pg's warning that this may change.
 * @param caFile certificates in PEM that are trusted for it; null: the usual ones
 */
export function databaseUrlWithTls(databaseUrl: string, caFile: string | null): string {
  const url = new URL(databaseUrl);
  const mode = url.searchParams.get('sslmode');
  const isLibpq = url.searchParams.get('uselibpqcompat') === 'true';
  if (caFile !== null) {
    url.searchParams.set('sslrootcert', caFile);
    if (mode === null) url.searchParams.set('sslmode', 'verify-full');
  }
  if (!isLibpq && (mode === 'require' || mode === 'prefer' || mode === 'verify-ca'))
    url.searchParams.set('sslmode', 'verify-full');
  return url.href;
}
