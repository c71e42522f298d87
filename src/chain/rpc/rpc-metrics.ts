import { Injectable } from '@nestjs/common';
import { Counter, Gauge, Histogram } from 'prom-client';
import { type RpcFailureKind } from './rpc-failure.js';
import { type EndpointReport } from './rpc-pool-member.js';

/** Seconds: from a node on the same machine to the timeout. */
const BUCKETS = [0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10];
const STATES: readonly EndpointReport['state'][] = ['ok', 'poor', 'resting', 'aside'];

export interface ChainReport {
  chain: string;
  endpoints: EndpointReport[];
  contradictsFrom: number | null;
  isOfNewerFork: boolean;
  finality: Record<'unknownBecause' | 'standsStill' | 'leftOut', string | null>;
  isOneBelieved: boolean;
}

/** Metrics of RPC endpoints, by their host: every call is on the vendor's bill. */
@Injectable()
export class RpcMetrics {
  private calls: Counter<'chain' | 'endpoint' | 'method'>;
  private errors: Counter<'chain' | 'endpoint' | 'class'>;
  private seconds: Histogram<'chain' | 'endpoint'>;
  private newerForks: Counter<'chain'>;
  private remarks: Counter<'chain'>;

  /** To be called before the first call is reported. @param report read when Prometheus asks */
  register(report: () => ChainReport[]): void {
    const byEndpoint = ['chain', 'endpoint'] as const;
    this.calls = new Counter({
      name: 'quittance_rpc_calls_total',
      help: 'JSON-RPC calls sent; those in a batch count one by one, as vendors count them',
      labelNames: [...byEndpoint, 'method'],
    });
    this.errors = new Counter({
      name: 'quittance_rpc_errors_total',
      help: 'JSON-RPC calls that were refused or not answered, by class of error',
      labelNames: [...byEndpoint, 'class'],
    });
    this.seconds = new Histogram({
      name: 'quittance_rpc_seconds',
      help: 'Time to the answer of a JSON-RPC call',
      labelNames: byEndpoint,
      buckets: BUCKETS,
    });
    this.newerForks = new Counter({
      name: 'quittance_chain_newer_forms_total',
      help: 'Forms of headers, transactions or receipts that this version does not know',
      labelNames: ['chain'],
    });
    this.remarks = new Counter({
      name: 'quittance_chain_remarks_total',
      help: 'Answers about blocks that were read though part of them was passed over or unusual',
      labelNames: ['chain'],
    });
    observeStates(report);
  }

  sawNewerFork(chain: string): void {
    this.newerForks.inc({ chain });
  }

  remarked(chain: string): void {
    this.remarks.inc({ chain });
  }

  called(chain: string, endpoint: string, method: string, failure: RpcFailureKind | null, ms: number): void {
    this.calls.inc({ chain, endpoint, method });
    this.seconds.observe({ chain, endpoint }, ms / 1000);
    if (failure !== null) this.errors.inc({ chain, endpoint, class: failure });
  }
}

function observeStates(report: () => ChainReport[]): void {
  const flag = (name: string, help: string, isUp: (of: ChainReport) => boolean) =>
    new Gauge({
      name: `quittance_chain_${name}`,
      help,
      labelNames: ['chain'],
      collect() {
        this.reset();
        report().forEach((of) => this.set({ chain: of.chain }, isUp(of) ? 1 : 0));
      },
    });
  flag(
    'newer_fork',
    '1: the last blocks have parts that this version does not know, and are proved by receipts and links alone',
    ({ isOfNewerFork }) => isOfNewerFork,
  );
  flag(
    'finality_unknown',
    '1: no endpoint says which block is final, and nothing is confirmed meanwhile',
    ({ finality }) => finality.unknownBecause !== null,
  );
  flag(
    'finality_stands_still',
    '1: what the chain calls final has not moved for long though its head has, and nothing is confirmed meanwhile',
    ({ finality }) => finality.standsStill !== null,
  );
  flag(
    'finality_left_out',
    '1: what an endpoint calls final stands still while that of others goes on, and has no say',
    ({ finality }) => finality.leftOut !== null,
  );
  flag(
    'one_endpoint_believed',
    '1: within the last hour one endpoint alone was believed about what nothing proves, since the others did not answer',
    ({ isOneBelieved }) => isOneBelieved,
  );
  const gauge = (
    name: string,
    help: string,
    labels: string[],
    set: (gauge: Gauge, of: ChainReport) => void,
  ) =>
    new Gauge({
      name: `quittance_rpc_${name}`,
      help,
      labelNames: ['chain', ...labels],
      collect() {
        this.reset();
        report().forEach((of) => set(this, of));
      },
    });
  gauge('endpoint_state', '1 for the state the endpoint is in', ['endpoint', 'state'], (self, of) => {
    for (const { endpoint, state: current } of of.endpoints) {
      STATES.forEach((state) => self.set({ chain: of.chain, endpoint, state }, state === current ? 1 : 0));
    }
  });
  gauge('endpoint_aside', '1 while the endpoint is put aside, by why', ['endpoint', 'reason'], (self, of) => {
    for (const { endpoint, state, reason } of of.endpoints) {
      // What comes after the colon is for people, and differs each time.
      const [why = ''] = reason?.split(':') ?? [];
      if (state === 'aside') self.set({ chain: of.chain, endpoint, reason: why }, 1);
    }
  });
  gauge('endpoint_score', '0 to 1, by latency, errors and lag', ['endpoint'], (self, of) =>
    of.endpoints.forEach(({ endpoint, score }) => self.set({ chain: of.chain, endpoint }, score)),
  );
  gauge('head_block', 'The head as the endpoint last reported it', ['endpoint'], (self, of) => {
    for (const { endpoint, head } of of.endpoints) {
      if (head !== null) self.set({ chain: of.chain, endpoint }, head);
    }
  });
  gauge('contradiction', '1: endpoints name different hashes for a height', [], (self, of) =>
    self.set({ chain: of.chain }, of.contradictsFrom === null ? 0 : 1),
  );
}
