import { Gauge } from 'prom-client';
import { type EntityManager } from 'typeorm';
import { type ChainStatus } from '../chain/chain-status.js';
import { scannedPositions } from '../chain/position/scanned-positions.js';

const STATES: readonly ChainStatus['state'][] = ['ready', 'unchecked', 'refused', 'halted'];

/** A configured chain as health asks of it. */
export interface MeasuredChain {
  name: string;
  chainId: number;
  state: ChainStatus['state'];
}

/**
 * How each chain stands, for Prometheus: also in a process that scans nothing, so that a scan that nobody does is seen.
 * @param chains read when Prometheus asks
 */
export function measureChains(chains: () => readonly MeasuredChain[], manager: EntityManager): void {
  new Gauge({
    name: 'quittance_chain_state',
    help: '1 for the state the chain is in for this process; refused: chains.yaml and the chain disagree',
    labelNames: ['chain', 'state'],
    collect() {
      this.reset();
      for (const { name: chain, state: current } of chains())
        for (const state of STATES) this.set({ chain, state }, state === current ? 1 : 0);
    },
  });
  new Gauge({
    name: 'quittance_chain_scanned_timestamp_seconds',
    help: 'The time of the last block up to which the chain is scanned, whichever process scans it; Unix time',
    labelNames: ['chain'],
    async collect() {
      const positions = await scannedPositions(manager);
      this.reset();
      for (const { name: chain, chainId } of chains()) {
        const position = positions.get(chainId);
        if (position) this.set({ chain }, position.time.getTime() / 1000);
      }
    },
  });
}
