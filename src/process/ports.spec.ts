import { createServer } from 'node:net';
import { describe, expect, it } from '@jest/globals';
import { CannotListenError, freePort, tryPort } from './ports.js';

const errno = (code: string) => Object.assign(new Error(code), { code });

describe('a port', () => {
  it('is in use only where somebody listens on it', async () => {
    const server = createServer();
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    const { port } = server.address() as { port: number };
    expect(await tryPort(port)).toBeNull();
    expect(await freePort(port)).toBeGreaterThan(port);
    await new Promise((resolve) => server.close(resolve));
  });

  it('is not called in use where HOST is no address of this machine', async () => {
    // RFC 5737: for documentation, and nobody's.
    await expect(tryPort(0, '192.0.2.1')).rejects.toThrow(/HOST 192\.0\.2\.1 is no address of this machine/);
    await expect(freePort(3_000, '192.0.2.1')).rejects.toThrow(CannotListenError);
  });

  it.each([
    ['EACCES', /may not listen on port 80, .* PORT to 1024 or higher/],
    ['ENOTFOUND', /HOST nowhere is a name that nobody knows/],
    ['EAI_AGAIN', /HOST nowhere is a name that nobody knows/],
    ['EINVAL', /nothing can listen on HOST nowhere, PORT 80 \(EINVAL\)/],
  ])('says what keeps it from being listened on: %s', (code, words) => {
    expect(new CannotListenError(errno(code), 80, 'nowhere').message).toMatch(words);
  });
});
