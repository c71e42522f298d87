import { existsSync, readFileSync } from 'node:fs';
import { type ChainConfig } from '../../config/chains.js';
import { isRunning } from '../../process/processes.js';
import { devChainConfig, devChainFiles } from './dev-chain.js';
import { toTokenAddress } from '../../ids/ids.js';

/** @returns the dev chain that runs on a data folder, as a list of chains; empty when none does */
export function findDevChain(dataDir: string): ChainConfig[] {
  const files = devChainFiles(dataDir);
  if (![files.pid, files.url, files.token].every((file) => existsSync(file))) return [];
  if (!isRunning(Number(readFileSync(files.pid, 'utf8')), 'anvil')) return [];
  return [devChainConfig(readFileSync(files.url, 'utf8'), toTokenAddress(readFileSync(files.token, 'utf8')))];
}
