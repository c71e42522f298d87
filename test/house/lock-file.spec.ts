import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { join } from 'node:path';
import { expect, it } from '@jest/globals';

interface Locked {
  integrity?: string;
  link?: boolean;
  engines?: { node?: string };
}

const { satisfies } = createRequire(import.meta.url)('semver') as {
  satisfies: (version: string, range: string) => boolean;
};

const lock = JSON.parse(readFileSync(join(import.meta.dirname, '../../package-lock.json'), 'utf8')) as {
  packages: Record<string, Locked>;
};

it('has the hash of every package that npm ci installs, on whatever platform', () => {
  const unchecked = Object.entries(lock.packages)
    .filter(([path, { link }]) => path.includes('node_modules/') && !link)
    .filter(([, { integrity }]) => !/^sha512-[A-Za-z0-9+/]{86}==$/.test(integrity ?? ''));
  expect(unchecked.map(([path]) => path)).toEqual([]);
});

it.each(['20.19.0', '24.11.0'])('has no package that does not say it runs on Node %s', (version) => {
  const others = Object.entries(lock.packages)
    .filter(([, { engines }]) => !satisfies(version, engines?.node ?? '*'))
    .map(([path, { engines }]) => `${path} wants ${engines?.node}`);
  expect(others).toEqual([]);
});
