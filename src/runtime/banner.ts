import { custodyText } from './custody.js';
import { type Runtime } from './runtime.js';

/** What someone who has just started Quittance wants to know. */
export function banner(url: string, runtime: Runtime, servesNone: boolean): string {
  const { configuration, devChain, secrets } = runtime;
  const first = servesNone
    ? 'No chain is served: chains.yaml and the chains disagree, the lines above say where'
    : 'Quittance is ready';
  const lines = ['', first, `  API        ${url}/api/v1`, `  docs       ${url}/docs`];
  const chain = configuration.chains[0]?.name ?? 'ethereum';
  if (secrets) lines.push(`  dev key    ${secrets.apiKey}`);
  if (devChain) lines.push(`  dev chain  ${devChain.rpcUrl} (pay from ${devChain.payer})`);
  lines.push(`  custody    ${custodyText(configuration)}`);
  if (configuration.settings.roles.includes('api')) {
    lines.push('', 'Try:', `  ${curl(url, chain, secrets?.apiKey ?? '<your API key>')}`);
  }
  return `${lines.join('\n')}\n`;
}

function curl(url: string, chain: string, key: string): string {
  const body = JSON.stringify({ chain, amount: '1000000000000000000' });
  return `curl -s ${url}/api/v1/payments -H 'authorization: Bearer ${key}' -H 'content-type: application/json' -d '${body}'`;
}
