import { randomBytes } from 'node:crypto';
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { HDNodeWallet } from 'ethers';
import { generateKey } from '../auth/key-text.js';

/** What development makes up for itself. The same at each start. */
export interface DevSecrets {
  mnemonic: string;
  encryptionKey: string;
  apiKey: string;
}

export function devSecrets(dataDir: string): DevSecrets {
  const found = findDevSecrets(dataDir);
  if (found) return found;
  const secrets = {
    mnemonic: HDNodeWallet.createRandom().mnemonic?.phrase as string,
    encryptionKey: randomBytes(32).toString('base64'),
    apiKey: generateKey(),
  };
  writeFileSync(fileIn(dataDir), `${JSON.stringify(secrets, null, 2)}\n`, { mode: 0o600 });
  return secrets;
}

/** Null: none were made up on this data folder. */
export function findDevSecrets(dataDir: string): DevSecrets | null {
  const file = fileIn(dataDir);
  return existsSync(file) ? (JSON.parse(readFileSync(file, 'utf8')) as DevSecrets) : null;
}

function fileIn(dataDir: string): string {
  return join(dataDir, 'secrets.json');
}
