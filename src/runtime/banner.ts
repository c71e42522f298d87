import { realpathSync } from 'node:fs';
import { resolve, sep } from 'node:path';
import { findHomeFolder } from '../database/embedded/home.js';
import { custodyText } from './custody.js';
import { type Runtime } from './runtime.js';

/** What someone who has just started Quittance wants to know. */
export function banner(
  url: string,
  runtime: Runtime,
  { refused = [], payUrl = null }: { refused?: readonly string[]; payUrl?: string | null } = {},
): string {
  const { configuration, devChain, secrets } = runtime;
  const servesNone = refused.length > 0 && refused.length === configuration.chains.length;
  const first = servesNone ? 'Quittance runs, and serves no chain' : 'Quittance is ready';
  const lines = ['', first, `  API        ${url}/api/v1`, `  docs       ${url}/docs`];
  const chain = configuration.chains[0]?.name ?? 'ethereum';
  if (secrets) lines.push(`  dev key    ${secrets.apiKey}`);
  if (devChain) lines.push(`  dev chain  ${devChain.rpcUrl} (pay from ${devChain.payer})`);
  if (secrets) lines.push(`  data       ${dataText(configuration.settings.dataDir)}`);
  if (refused.length > 0) lines.push(`  CHAINS     ${refusedText(configuration.chains.length, refused)}`);
  lines.push(`  custody    ${custodyText(configuration)}`);
  if (configuration.settings.roles.includes('api')) {
    lines.push('', 'Try:', `  ${curl(url, chain, secrets?.apiKey ?? '<your API key>')}`);
  }
  if (payUrl !== null)
    lines.push('', 'Pay in a browser (its button pays from the dev chain):', `  ${payUrl}`);
  return `${lines.join('\n')}\n`;
}

/** @param refused the names of those that chains.yaml and their nodes disagree about */
export function refusedText(count: number, refused: readonly string[]): string {
  const which = refused.length === count ? 'no chain is served' : `not served: ${refused.join(', ')}`;
  return `${which}; "chain refused" in the log says why, quittance doctor how to fix it`;
}

/** For root, Postgres may live elsewhere than in DATA_DIR (database/embedded/home.ts). */
function dataText(dataDir: string): string {
  const folder = resolve(dataDir);
  const postgres = findHomeFolder(folder);
  const isElsewhere = postgres !== null && !postgres.startsWith(realpathSync(folder) + sep);
  return isElsewhere ? `${folder}, its Postgres in ${postgres}` : folder;
}

function curl(url: string, chain: string, key: string): string {
  const body = JSON.stringify({ chain, amount: '1000000000000000000' });
  return `curl -s ${url}/api/v1/payments -H 'authorization: Bearer ${key}' -H 'content-type: application/json' -d '${body}'`;
}
