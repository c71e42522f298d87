import { execFile } from 'node:child_process';
import { createReadStream, createWriteStream, existsSync } from 'node:fs';
import { chmod, mkdir, mkdtemp, readFile, rename, rm } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import { pipeline } from 'node:stream/promises';
import { promisify } from 'node:util';
import { createBrotliDecompress } from 'node:zlib';

/**
 * Chromium as the npm package ships it: in the package itself, so that nothing is downloaded or installed besides. It is
 * unpacked once and kept. The package's own unpacking writes straight to where it runs from, which two test workers at
 * the same time do not survive; here whoever is last replaces a whole folder by a whole folder.
 */
const PACKAGE = dirname(dirname(dirname(createRequire(import.meta.url).resolve('@sparticuz/chromium'))));
const CACHE = join(import.meta.dirname, '../../node_modules/.cache');
/** Chromium needs NSS; the package brings one for systems without. */
const SYSTEM_NSS = ['/usr/lib/x86_64-linux-gnu/libnss3.so', '/usr/lib64/libnss3.so', '/lib64/libnss3.so'];

export interface Chromium {
  executablePath: string;
  env: Record<string, string>;
}

/** @throws Error on a machine for which the package has no browser and no other is named */
export async function chromium(): Promise<Chromium> {
  const given = process.env.CHROMIUM_PATH;
  if (given) return { executablePath: given, env: {} };
  if (process.platform !== 'linux' || process.arch !== 'x64')
    throw new Error('there is a Chromium for Linux on x64 in node_modules; set CHROMIUM_PATH to another one');
  const { version } = JSON.parse(await readFile(join(PACKAGE, 'package.json'), 'utf8')) as {
    version: string;
  };
  const folder = join(CACHE, `quittance-chromium-${version}`);
  if (!existsSync(folder)) await unpack(folder);
  const hasLibraries = SYSTEM_NSS.some((path) => existsSync(path));
  return {
    executablePath: join(folder, 'chromium'),
    env: hasLibraries ? {} : { LD_LIBRARY_PATH: join(folder, 'lib') },
  };
}

async function unpack(folder: string): Promise<void> {
  await mkdir(CACHE, { recursive: true });
  const draft = await mkdtemp(join(CACHE, 'quittance-chromium-draft-'));
  try {
    const binary = join(draft, 'chromium');
    await decompress('chromium.br', binary);
    await decompress('al2023.tar.br', join(draft, 'lib.tar'));
    await promisify(execFile)('tar', ['-xf', join(draft, 'lib.tar'), '-C', draft]);
    await chmod(binary, 0o755);
    await chmod(draft, 0o755);
    await rename(draft, folder);
  } catch (error) {
    await rm(draft, { recursive: true, force: true });
    // Another worker was faster.
    if (!existsSync(folder)) throw error;
  }
}

function decompress(name: string, to: string): Promise<void> {
  return pipeline(
    createReadStream(join(PACKAGE, 'bin', name)),
    createBrotliDecompress(),
    createWriteStream(to),
  );
}
