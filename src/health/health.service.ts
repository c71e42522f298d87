import { Injectable, Optional } from '@nestjs/common';
import { InjectDataSource } from '@nestjs/typeorm';
import { Gauge, register } from 'prom-client';
import { DataSource } from 'typeorm';
import { VERSION } from '../config/version.js';
import { Replicas } from '../replicas/replicas.js';
import { ChainService } from '../chain/chain.service.js';
import { type EndpointReport } from '../chain/rpc/rpc-pool-member.js';
import { runningLoops } from '../process/loops.js';
import { runningMs } from '../process/running-time.js';
import { within } from '../process/within.js';
import { measureChains } from './chain-metrics.js';
import { type ClockHealth, ClockWatch } from './clock-watch.js';
import { HealthIndicators, type PartState } from './health-indicators.js';
import { type LoopHealth, loopHealth, measureLoops, stuckLoops } from './loop-health.js';
import { measureProcess } from './process-metrics.js';
import { type ScannedPosition, scannedPositions } from '../chain/position/scanned-positions.js';

/** Below the time that orchestrators give a probe. */
const TIMEOUT_MS = 2_000;

interface ChainHealth {
  state: string;
  scanned_block: number | null;
  scanned_block_time: string | null;
  /** What the scan waits for, as for a chain that was set back to grow again; null: nothing, or another process scans. */
  scan_waits_for: string | null;
  /** In the order given, each by its host. */
  endpoints: EndpointReport[];
  /** The lowest block that the endpoints name different hashes for: nothing at or above it is confirmed meanwhile. */
  endpoints_contradict_from: number | null;
  /** What the last blocks have that this version does not know, as "header of a newer fork: …"; null: nothing. */
  newer_fork: string | null;
  /** Why no endpoint says which block is final, where that decides; null: one does. */
  finality_unknown: string | null;
  /** Since when what the chain calls final has not moved, though its head has; null: it moves. */
  finality_stands_still: string | null;
  /** Whose word on what is final does not count, since it stands still while that of others goes on; null: nobody's. */
  finality_left_out: string | null;
  /** What one endpoint alone was believed about lately, since the others did not answer, and why; null: nothing. */
  one_endpoint_believed: string | null;
}

export interface Health {
  status: PartState;
  /** The state of each part; of `chains` each. A chain that is out of reach leaves the rest at work. */
  parts: Record<string, PartState | Record<string, ChainHealth>>;
  loops: LoopHealth[];
  clock: ClockHealth;
  /** What processes that run on this database do not agree on, in words; empty: nothing. */
  settings_differ: readonly string[];
}

export interface Liveness {
  status: 'ok' | 'stuck';
  /** Those in which nothing gets done any more. */
  stuck?: string[];
}

const NOWHERE: ReadonlyMap<number, ScannedPosition> = new Map();

@Injectable()
export class HealthService {
  private checking: Promise<Health> | null = null;

  constructor(
    @InjectDataSource() private readonly dataSource: DataSource,
    private readonly chains: ChainService,
    private readonly indicators: HealthIndicators,
    private readonly clock: ClockWatch,
    /** A command is none. */
    @Optional() private readonly replicas?: Replicas,
  ) {
    register.clear();
    measureProcess();
    measureLoops();
    new Gauge({
      name: 'quittance_build_info',
      help: 'Always 1: which version runs, and on which Node',
      labelNames: ['version', 'node'],
    }).set({ version: VERSION, node: process.version }, 1);
    measureChains(
      () => chains.all().map(({ name, chainId }) => ({ name, chainId, state: chains.status(name).state })),
      dataSource.manager,
    );
    indicators.add({ name: 'database', isEssential: true, check: () => dataSource.query('SELECT 1') });
  }

  /** Those who ask while it is found out share what is found: however many they are, the parts are asked once at a time. */
  check(): Promise<Health> {
    this.checking ??= this.look().finally(() => (this.checking = null));
    return this.checking;
  }

  private async look(): Promise<Health> {
    const [{ isReady, parts }, positions] = await Promise.all([
      this.indicators.check(TIMEOUT_MS),
      within(TIMEOUT_MS, this.positions(), NOWHERE),
    ]);
    const chains = this.chains.all().map(({ name, chainId }): [string, ChainHealth] => {
      const position = positions.get(chainId);
      const finality = this.chains.finality(name);
      const health = {
        state: this.chains.status(name).state,
        scanned_block: position?.number ?? null,
        scanned_block_time: position?.time.toISOString() ?? null,
        scan_waits_for: this.chains.waitsFor(name),
        endpoints: this.chains.endpoints(name),
        endpoints_contradict_from: this.chains.lastContradiction(name)?.from ?? null,
        newer_fork: this.chains.newerFork(name)?.what ?? null,
        finality_unknown: finality.unknownBecause,
        finality_stands_still: finality.standsStill,
        finality_left_out: finality.leftOut,
        one_endpoint_believed: this.chains.believedAlone(name),
      };
      return [name, health];
    });
    return {
      status: isReady ? 'ok' : 'unavailable',
      parts: { ...parts, chains: Object.fromEntries(chains) },
      loops: loopHealth(runningLoops(), runningMs()),
      clock: this.clock.health(),
      settings_differ: this.replicas?.differences() ?? [],
    };
  }

  /** Asks nothing of anybody else: what is away is no reason to start this process again. */
  live(): Liveness {
    const stuck = stuckLoops(runningLoops(), runningMs());
    return stuck.length === 0 ? { status: 'ok' } : { status: 'stuck', stuck };
  }

  /** For Prometheus. What cannot be read now is left out: the rest tells why. */
  async metrics(): Promise<string> {
    const texts = register
      .getMetricsAsArray()
      .map(({ name }) => register.getSingleMetricAsString(name).catch(() => ''))
      .map((text) => within(TIMEOUT_MS, text, ''));
    return `${(await Promise.all(texts)).filter((text) => text !== '').join('\n\n')}\n`;
  }

  private positions(): Promise<ReadonlyMap<number, ScannedPosition>> {
    return scannedPositions(this.dataSource.manager).catch(() => NOWHERE);
  }
}
