import { randomInt } from 'node:crypto';
import { createServer } from 'node:net';

/** The port itself when nobody listens there, else null. 0 finds any free one. */
export function tryPort(port: number, host = '127.0.0.1'): Promise<number | null> {
  return new Promise((resolve) => {
    const server = createServer();
    server.once('error', () => resolve(null));
    server.listen(port, host, () => {
      const address = server.address();
      server.close(() => resolve(typeof address === 'object' && address ? address.port : null));
    });
  });
}

/**
 * A free port for a process to be told: below those that systems give out by themselves (Linux from 32768 on), so that
 * no connection of another takes it before that process listens.
 */
export async function unusedPort(): Promise<number> {
  for (;;) {
    const free = await tryPort(randomInt(10_000, 32_000));
    if (free !== null) return free;
  }
}

/** The first free port from `preferred` on, within 100; any free one after that. */
export async function freePort(preferred: number, host = '127.0.0.1'): Promise<number> {
  for (let port = preferred; port < Math.min(preferred + 100, 65_536); port += 1) {
    const free = await tryPort(port, host);
    if (free !== null) return free;
  }
  return (await tryPort(0, host)) as number;
}
