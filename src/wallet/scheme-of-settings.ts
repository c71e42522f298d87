import { type Settings } from '../config/settings.js';
import { depositNode } from './deposit-node.js';
import { type DepositScheme, HdDeposits } from './deposit-scheme.js';

/** The deposit addresses of the wallet that the settings name: its public part alone. */
export function depositScheme({ xpub, mnemonic }: Pick<Settings, 'xpub' | 'mnemonic'>): DepositScheme {
  if (xpub !== null) return new HdDeposits(depositNode({ xpub }));
  if (mnemonic !== null) return new HdDeposits(depositNode({ mnemonic }));
  throw new Error('deposit addresses need MNEMONIC or XPUB');
}
