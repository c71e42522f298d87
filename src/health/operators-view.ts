import { createHash, timingSafeEqual } from 'node:crypto';
import { type Settings } from '../config/settings.js';

type Rules = Pick<Settings, 'metricsToken' | 'metricsPort' | 'nodeEnv'>;

/**
 * Whether somebody may see metrics and the details of health, which tell of balances and hosts.
 * @param authorization the header of that name
 * @param isOwnPort asked for on METRICS_PORT, which is for nobody but the operator
 */
export function maySee(
  { metricsToken, metricsPort, nodeEnv }: Rules,
  authorization: string | undefined,
  isOwnPort: boolean,
): boolean {
  if (metricsToken !== null) return isSame(authorization ?? '', `Bearer ${metricsToken}`);
  if (metricsPort !== null) return isOwnPort;
  // Nothing was said of who may look: on a port that customers may reach, nobody.
  return nodeEnv !== 'production';
}

/** In a time that says nothing of how much of it was right. */
function isSame(given: string, wanted: string): boolean {
  const hash = (text: string) => createHash('sha256').update(text).digest();
  return timingSafeEqual(hash(given), hash(wanted));
}
