import { statSync } from 'node:fs';
import { type Problem } from '../config/configuration-error.js';
import { settingsOf } from '../config/setting.js';
import { Settings } from '../config/settings.js';
import { VERSION } from '../config/version.js';
import { type Finding, ok, problem, skipped, warning } from './finding.js';
import { isLocal } from './local-host.js';
import { type Subject } from './subject.js';

const PART = 'configuration';
/** As package.json's engines say; and what nodejs.org/en/about/previous-releases calls the end of life of 20. */
const OLDEST_NODE = [20, 19] as const;
const ENDED_NODE = { major: 20, on: '2026-04-30' } as const;
/** Permissions of anybody but the owner. */
const OF_OTHERS = 0o077;

export function configurationFindings({ environment, settings, problems, isProduction }: Subject): Finding[] {
  const read =
    problems.length === 0
      ? [ok(PART, `Quittance ${VERSION}, NODE_ENV=${settings.nodeEnv}: every setting can be read`)]
      : problems.map(({ name, what }: Problem) => problem(PART, `${name}: ${what}`, null));
  return [
    nodeFinding(process.versions.node),
    ...read,
    ...(isProduction
      ? [...secretFindings(environment), ...openFindings(settings), ...pageFindings(settings)]
      : []),
  ];
}

export function nodeFinding(version: string): Finding {
  const [major = 0, minor = 0] = version.split('.').map(Number);
  const [oldest, oldestMinor] = OLDEST_NODE;
  if (major < oldest || (major === oldest && minor < oldestMinor))
    return problem(
      'node',
      `Node ${version} is too old`,
      `install Node 24 (${OLDEST_NODE.join('.')} at least)`,
    );
  if (major <= ENDED_NODE.major)
    return warning(
      'node',
      `Node ${version} works, and gets no security fixes since ${ENDED_NODE.on}`,
      'install Node 24',
    );
  return ok('node', `Node ${version}`);
}

/** Whoever can see the process can see its environment: `docker inspect`, /proc, crash reports. */
function secretFindings(environment: Subject['environment']): Finding[] {
  const secrets = settingsOf(Settings).filter(({ secret }) => secret);
  const given = (name: string) => {
    const value = environment[name];
    return typeof value === 'string' && value.trim() !== '' ? value.trim() : null;
  };
  const keys = ['MNEMONIC', 'GAS_TANK_PRIVATE_KEY', 'PAYOUT_PRIVATE_KEY', 'ENCRYPTION_KEY'];
  const open = keys.filter((name) => given(name) !== null);
  const shown = open.map((name) =>
    warning(PART, `${name} stands in the environment`, `put it into a file of its own: ${name}_FILE=/path`),
  );
  const files = secrets.flatMap(({ env }) => {
    const path = given(`${env}_FILE`);
    return path !== null && isOpenToOthers(path)
      ? [warning(PART, `${env}_FILE names ${path}, which others may read`, `chmod 600 ${path}`)]
      : [];
  });
  return [...shown, ...files];
}

function isOpenToOthers(path: string): boolean {
  try {
    return (statSync(path).mode & OF_OTHERS & 0o007) !== 0;
  } catch {
    // That it cannot be read is told with the settings.
    return false;
  }
}

/** Whether customers get to the pages that PUBLIC_URL leads to. */
export function pageFindings({ publicUrl, roles }: Pick<Settings, 'publicUrl' | 'roles'>): Finding[] {
  if (!roles?.includes('api')) return [];
  if (publicUrl === null) return [skipped(PART, 'PUBLIC_URL is not set: payments have no page to pay on')];
  if (!URL.canParse(publicUrl)) return [];
  const { hostname, protocol } = new URL(publicUrl);
  if (isLocal(hostname))
    return [
      warning(
        PART,
        `PUBLIC_URL leads to ${hostname}, which is each customer's own device`,
        'set it to the address at which customers reach this one',
      ),
    ];
  if (protocol === 'https:') return [];
  return [
    warning(
      PART,
      'PUBLIC_URL is without TLS: whoever is in between can show customers another address to pay to',
      'set it to https://, with a proxy in front (docs/deployment.md)',
    ),
  ];
}

function openFindings({ metricsToken, metricsPort, nodeEnv, roles }: Settings): Finding[] {
  if (metricsToken !== null || metricsPort !== null || !roles?.includes('api')) return [];
  const isClosed = nodeEnv === 'production';
  return [
    warning(
      PART,
      isClosed
        ? 'nobody can read /metrics and the details of /health: neither METRICS_TOKEN nor METRICS_PORT is set'
        : '/metrics and the details of /health are open to whoever reaches the API',
      'set METRICS_TOKEN, or METRICS_PORT to a port that customers do not reach (docs/operation.md)',
    ),
  ];
}
