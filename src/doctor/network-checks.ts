import { lookup } from 'node:dns/promises';
import { isIP } from 'node:net';
import { connect } from 'node:tls';
import { type Finding, ok, problem, warning } from './finding.js';
import { type Subject } from './subject.js';

const TIMEOUT_MS = 5_000;
const DAY_MS = 86_400_000;
const RENEW_DAYS = 14;

interface Target {
  /** Which setting names it. */
  setting: string;
  url: URL;
}

/** Every host that the configuration names. */
function targetsOf({ settings, chains }: Subject): Target[] {
  const named: [string, string | null][] = [
    ['DATABASE_URL', settings.databaseUrl],
    ['REDIS_URL', settings.redisUrl],
    ['WEBHOOK_URL', settings.webhookUrl],
    ['WEBHOOK_PROXY_URL', settings.webhookProxyUrl],
    ...chains.flatMap(({ name, rpcUrls, wsUrls }) => [
      ...rpcUrls.map((url): [string, string] => [`rpc_urls of ${name}`, url]),
      ...wsUrls.map((url): [string, string] => [`ws_urls of ${name}`, url]),
    ]),
  ];
  return named.flatMap(([setting, url]) =>
    url !== null && URL.canParse(url) && new URL(url).hostname !== '' ? [{ setting, url: new URL(url) }] : [],
  );
}

/** Whether their names can be resolved. */
export async function dnsFindings(subject: Subject): Promise<Finding[]> {
  const names = targetsOf(subject).filter(({ url }) => isIP(bare(url.hostname)) === 0);
  const byName = new Map(names.map((target) => [target.url.hostname, target]));
  const failures = await Promise.all(
    [...byName.values()].map(async ({ setting, url }) => {
      try {
        await lookup(url.hostname);
        return [];
      } catch (error) {
        const { code } = error as NodeJS.ErrnoException;
        const fix =
          code === 'EAI_AGAIN'
            ? 'the name server does not answer: see /etc/resolv.conf, or the network of the container'
            : `fix the name in ${setting}`;
        return [problem('dns', `${url.hostname} (${setting}) cannot be resolved (${code})`, fix)];
      }
    }),
  );
  const found = failures.flat();
  return found.length > 0 ? found : [ok('dns', `${byName.size} host names can be resolved`)];
}

/** Certificates of HTTPS and WSS: Node trusts them, and for some time to come. */
export async function tlsFindings(subject: Subject): Promise<Finding[]> {
  const secure = targetsOf(subject).filter(
    ({ setting, url }) => ['https:', 'wss:', 'rediss:'].includes(url.protocol) && setting !== 'WEBHOOK_URL',
  );
  const byHost = new Map(secure.map((target) => [target.url.host, target]));
  const found = (await Promise.all([...byHost.values()].map(certificateFinding))).flat();
  if (found.length > 0) return found;
  return [ok('tls', `${byHost.size} certificates are trusted, and good for ${RENEW_DAYS} days at least`)];
}

async function certificateFinding({ setting, url }: Target): Promise<Finding[]> {
  const usual: Record<string, number> = { 'https:': 443, 'wss:': 443, 'rediss:': 6379 };
  const host = bare(url.hostname);
  try {
    const until = await validUntil(host, Number(url.port) || (usual[url.protocol] ?? 443));
    const days = Math.floor((until.getTime() - Date.now()) / DAY_MS);
    return days >= RENEW_DAYS
      ? []
      : [
          warning(
            'tls',
            `the certificate of ${url.host} (${setting}) ends in ${days} days`,
            'have it renewed',
          ),
        ];
  } catch (error) {
    const { code, message } = error as NodeJS.ErrnoException;
    // Out of reach is told by whoever has to reach it.
    if (code !== undefined && /^(ECONN|ENOTFOUND|EAI|ETIMEDOUT|EHOST|ENET)/.test(code)) return [];
    return [
      problem(
        'tls',
        `${url.host} (${setting}) shows a certificate that is not trusted (${code ?? message})`,
        'if it is your own, name its authority in NODE_EXTRA_CA_CERTS; if it is not, somebody is in between',
      ),
    ];
  }
}

function validUntil(host: string, port: number): Promise<Date> {
  return new Promise((resolve, reject) => {
    const socket = connect({
      host,
      port,
      ...(isIP(host) === 0 && { servername: host }),
      timeout: TIMEOUT_MS,
    });
    const end = (settle: () => void) => {
      socket.destroy();
      settle();
    };
    socket.once('secureConnect', () => {
      const { valid_to: until } = socket.getPeerCertificate();
      end(() => resolve(new Date(until)));
    });
    socket.once('timeout', () =>
      end(() => reject(Object.assign(new Error('no answer'), { code: 'ETIMEDOUT' }))),
    );
    socket.once('error', (error: Error) => end(() => reject(error)));
  });
}

function bare(hostname: string): string {
  return hostname.replace(/^\[|\]$/g, '');
}
