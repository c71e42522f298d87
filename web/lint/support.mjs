import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { OLDEST_BROWSERS } from '../browsers.mjs';

/** MDN's data of which browser has what since when. */
export const compatibility = JSON.parse(
  readFileSync(createRequire(import.meta.url).resolve('@mdn/browser-compat-data'), 'utf8'),
);

/**
 * @param feature of the data, with `__compat`
 * @returns the browsers whose oldest version does not have it: "safari with 16"; none where the data does not say
 */
export function lackedBy(feature) {
  const support = feature?.__compat?.support ?? {};
  return Object.entries(OLDEST_BROWSERS).flatMap(([browser, oldest]) => {
    const statements = [support[browser] ?? []].flat();
    if (statements.length === 0 || statements.some((statement) => isIn(statement, oldest))) return [];
    const since = statements.find(({ version_added: added }) => typeof added === 'string')?.version_added;
    return [since ? `${browser} with ${since}` : `${browser} never`];
  });
}

function isIn({ version_added: added, version_removed: removed, flags, prefix, alternative_name }, oldest) {
  if (flags || prefix || alternative_name || added === 'preview') return false;
  if (typeof added !== 'string') return false;
  return versionOf(added) <= oldest && (removed === undefined || versionOf(removed) > oldest);
}

function versionOf(text) {
  return Number.parseFloat(text.replace('≤', ''));
}
