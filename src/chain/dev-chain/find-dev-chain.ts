import { existsSync, readFileSync } from 'node:fs';
import { type ChainConfig } from '../../config/chains.js';
import { type DevChainAccess } from '../../config/read-configuration.js';
import { isRunning } from '../../process/processes.js';
import { callRpc } from './anvil.js';
import { devChainConfig, devChainFiles } from './dev-chain.js';
import { toTokenAddress } from '../../ids/ids.js';

/** @returns the dev chain that runs on a data folder, as a list of chains; empty when none does */
export function findDevChain(dataDir: string): ChainConfig[] {
  const files = devChainFiles(dataDir);
  if (![files.pid, files.url, files.token].every((file) => existsSync(file))) return [];
  if (!isRunning(Number(readFileSync(files.pid, 'utf8')), 'anvil')) return [];
  return [devChainConfig(readFileSync(files.url, 'utf8'), toTokenAddress(readFileSync(files.token, 'utf8')))];
}

/** @returns how the dev chain that runs on a data folder is reached; null when none does */
export async function findDevChainAccess(dataDir: string): Promise<DevChainAccess | null> {
  const { rpcUrl: file } = devChainFiles(dataDir);
  if (findDevChain(dataDir).length === 0 || !existsSync(file)) return null;
  const rpcUrl = readFileSync(file, 'utf8');
  const [payer] = await callRpc<[string]>(rpcUrl, 'eth_accounts');
  return { rpcUrl, payer };
}
