import { randomInt } from 'node:crypto';
import { createServer } from 'node:net';

/** An address that nothing can listen on, whoever else does: a wrong setting, or a right that is missing. */
export class CannotListenError extends Error {
  constructor({ code = 'unknown' }: NodeJS.ErrnoException, port: number, host: string) {
    super(whyNot(code, port, host));
  }
}

function whyNot(code: string, port: number, host: string): string {
  switch (code) {
    case 'EACCES':
      return (
        `this user may not listen on port ${port}, as ports below 1024 are for root: set PORT to 1024 or higher and let ` +
        'a proxy or the container’s port mapping take the low one, or grant CAP_NET_BIND_SERVICE'
      );
    case 'EADDRNOTAVAIL':
      return `HOST ${host} is no address of this machine; set it to 127.0.0.1, to 0.0.0.0 for all, or to one of ip addr`;
    case 'ENOTFOUND':
    case 'EAI_AGAIN':
      return `HOST ${host} is a name that nobody knows here (${code}); set it to an IP address, as 127.0.0.1 or 0.0.0.0`;
    default:
      return `nothing can listen on HOST ${host}, PORT ${port} (${code}); set them to an address of this machine and a port`;
  }
}

/**
 * The port itself when nobody listens there, null when somebody does. 0 finds any free one.
 * @throws CannotListenError when that is not what stands in the way
 */
export function tryPort(port: number, host = '127.0.0.1'): Promise<number | null> {
  return new Promise((resolve, reject) => {
    const server = createServer();
    server.once('error', (error: NodeJS.ErrnoException) =>
      error.code === 'EADDRINUSE' ? resolve(null) : reject(new CannotListenError(error, port, host)),
    );
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
