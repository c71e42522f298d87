/* Deposit addresses per second, against ethers in the same run. */
import { HDNodeWallet, Mnemonic } from 'ethers';
import { depositNode } from '../src/wallet/deposit-node.js';
import { HdDeposits } from '../src/wallet/deposit-scheme.js';
import { publish } from './report.js';

const MNEMONIC = 'only control crack movie prevent release friend soul save shoulder height weather';
const COUNT = 5_000;

function perSecond(derive: (index: number) => unknown): number {
  for (let index = 0; index < COUNT / 10; index += 1) derive(index);
  const startedAt = performance.now();
  for (let index = 0; index < COUNT; index += 1) derive(index);
  return (COUNT * 1000) / (performance.now() - startedAt);
}

const scheme = new HdDeposits(depositNode({ mnemonic: MNEMONIC }));
const node = HDNodeWallet.fromMnemonic(Mnemonic.fromPhrase(MNEMONIC), "m/44'/60'/0'/0").neuter();
const ours = perSecond((index) => scheme.addressAt(index));
const ethers = perSecond((index) => node.deriveChild(index).address);
publish({
  name: 'addresses',
  figures: { 'addresses/s': ours, 'ethers addresses/s': ethers },
  ratios: { 'to ethers': ours / ethers },
});
