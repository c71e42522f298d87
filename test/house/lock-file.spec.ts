import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { join } from 'node:path';
import { expect, it } from '@jest/globals';

interface Locked {
  integrity?: string;
  link?: boolean;
  hasInstallScript?: boolean;
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

it('runs no script of a package that is installed, under npm 10 nor under npm 11', () => {
  const root = join(import.meta.dirname, '../..');
  expect(readFileSync(join(root, '.npmrc'), 'utf8')).toMatch(/^ignore-scripts=true$/m);
  const { allowScripts } = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8')) as {
    allowScripts: Record<string, boolean>;
  };
  const undecided = Object.entries(lock.packages)
    .filter(([, { hasInstallScript }]) => hasInstallScript)
    .map(([path]) => path.slice(path.lastIndexOf('node_modules/') + 'node_modules/'.length))
    .filter((name) => allowScripts[name] !== false);
  expect(undecided).toEqual([]);
});
