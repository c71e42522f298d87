import { type Logger } from '@nestjs/common';
import { type ChainConfig } from '../config/chains.js';
import { finalityPatienceMs } from '../config/presets.js';
import { RepeatedMessage } from '../process/repeated-message.js';
import { ChainAccounts } from './accounts/chain-accounts.js';
import { ChainEvidence } from './accounts/chain-evidence.js';
import { type ChainStatus } from './chain-status.js';
import { deepestConfirmations } from './confirmations.js';
import { BlockProver } from './proof/block-prover.js';
import { type ChainReader, RpcChainReader } from './reading/chain-reader.js';
import { type FinalityOptions, type FinalityTrouble } from './reading/final-block.js';
import { AgreedAnswers } from './rpc/agreed-answers.js';
import { Sources } from './rpc/sources.js';
import { type RpcMetrics } from './rpc/rpc-metrics.js';
import { RpcPool } from './rpc/rpc-pool.js';
import { TokenStates } from './tokens/token-states.js';
import { BalanceProofs } from './transfers/balance-proofs.js';
import { BalanceTransfers } from './transfers/balance-transfers.js';
import { type InternalTransfers, NO_INTERNAL_TRANSFERS } from './transfers/internal-transfers.js';
import { TracedTransfers, tracesOrBalances } from './transfers/traced-transfers.js';
import { steadyMs } from '../process/steady-time.js';

/** Where the chain's own finality decides, and not a number of blocks. */
const FINALIZED_DEPTH = 128;
const REMARK_EVERY_MS = 60 * 60_000;
const FINALITY_EVERY_MS = 60_000;

/** One chain, and the way to its nodes. */
export interface Connection {
  config: ChainConfig;
  rpc: RpcPool;
  prover: BlockProver;
  reader: ChainReader;
  accounts: ChainAccounts;
  evidence: ChainEvidence;
  internal: InternalTransfers;
  agreed: AgreedAnswers;
  status: ChainStatus;
  tokens: TokenStates;
  /** Ms of steady time. */
  checkAgainAtMs: number;
}

/** What of the metrics a connection writes. */
type CallMetrics = Pick<RpcMetrics, 'called' | 'remarked' | 'sawNewerFork'>;
type Log = Pick<Logger, 'log' | 'warn' | 'error'>;

/** What internal transfers are looked for with. */
type Searching = Pick<Connection, 'rpc' | 'prover' | 'agreed'> & {
  balances: BalanceProofs;
  sources: Sources;
};

/** @param logger named by the owner of the connection */
export function connectChain(config: ChainConfig, metrics: CallMetrics, logger: Log): Connection {
  const { name: chain, rpcUrls, chainId, blockTimeMs, rpcRequestsPerSecond } = config;
  const rpc = new RpcPool(rpcUrls, chainId, {
    blockTimeMs,
    requestsPerSecond: rpcRequestsPerSecond,
    onCall: (...call) => metrics.called(chain, ...call),
    onAside: (endpoint, aside) => {
      if (aside === null) logger.log({ chain, endpoint }, 'rpc endpoint taken back');
      else logger.warn({ chain, endpoint, ...aside }, 'rpc endpoint put aside');
    },
  });
  const prover = proverOf(config, metrics, logger);
  const beliefs = new RepeatedMessage(REMARK_EVERY_MS);
  const words = new RepeatedMessage(REMARK_EVERY_MS);
  const balances = new BalanceProofs(prover, (reason) => {
    metrics.remarked(chain);
    if (beliefs.isDue(chain, '', steadyMs()))
      logger.warn({ chain, reason }, 'no endpoint proves a balance: believed as eth_getBalance says it');
  });
  const onRest = (source: string, reason: string | null) => {
    if (reason === null) logger.log({ chain, source }, 'trying again a way to ask that had failed');
    else
      logger.warn({ chain, source, reason }, 'no endpoint answers this: asking in another way for a while');
  };
  const agreed = new AgreedAnswers(rpc, {
    blockTimeMs,
    onAlone: (what, reason) => {
      metrics.remarked(chain);
      if (words.isDue(chain, '', steadyMs()))
        logger.warn({ chain, what, reason }, 'nothing proves this, and one endpoint alone says it: believed');
    },
  });
  const evidence = new ChainEvidence(rpc, prover, agreed);
  const finalDepth = deepestConfirmations(config) || FINALIZED_DEPTH;
  return {
    config,
    rpc,
    prover,
    reader: new RpcChainReader(
      rpc,
      prover,
      new Sources({ onRest }),
      finalDepth,
      finalityOf(config, logger),
      agreed,
    ),
    accounts: new ChainAccounts(rpc, evidence),
    evidence,
    internal: internalTransfers(config, {
      rpc,
      prover,
      balances,
      agreed,
      sources: tracesOrBalances({ onRest }),
    }),
    agreed,
    status: { state: 'unchecked' },
    tokens: new TokenStates(config, rpc, logger),
    checkAgainAtMs: 0,
  };
}

/** What is said when it begins, and when it ends. */
const FINALITY_NEWS = {
  unknownBecause: [
    'no endpoint says which block is final: payments are seen, and none is confirmed until one does',
    'the chain’s final block is known again',
  ],
  standsStill: [
    'the chain’s final block stands still while its head goes on: payments are seen, and none is confirmed until it moves',
    'the chain’s final block moves again',
  ],
  leftOut: [
    'what an endpoint calls final stands still while that of others goes on: it has no say until it moves',
    'what every endpoint calls final counts again',
  ],
} as const satisfies Record<keyof FinalityTrouble, readonly [string, string]>;

/** At most a few lines a minute of each, also where a node knows it and does not by turns. */
function finalityOf({ name: chain, chainId }: ChainConfig, logger: Log): FinalityOptions {
  const told = new RepeatedMessage(FINALITY_EVERY_MS);
  return {
    patienceMs: finalityPatienceMs(chainId),
    onTrouble: (what, reason) => {
      const [begun, over] = FINALITY_NEWS[what];
      if (!told.isDue(what, reason ?? '', steadyMs())) return;
      if (reason === null) logger.log({ chain }, over);
      else logger.warn({ chain, reason }, begun);
    },
  };
}

function proverOf({ name: chain, proofs }: ChainConfig, metrics: CallMetrics, logger: Log): BlockProver {
  const remarks = new RepeatedMessage(REMARK_EVERY_MS);
  return new BlockProver(
    proofs,
    (what, block) => {
      metrics.sawNewerFork(chain);
      logger.error(
        { chain, block, what },
        'this version does not know all of the chain’s blocks: it goes on by receipts and by the links between ' +
          'blocks, as with proofs: receipts. Install a newer version',
      );
    },
    (remark, block) => {
      metrics.remarked(chain);
      if (remarks.isDue(chain, '', steadyMs())) {
        logger.warn({ chain, block, remark }, 'an answer of an unusual form was read all the same');
      }
    },
  );
}

function internalTransfers(
  { internalTransfers: how }: ChainConfig,
  { rpc, prover, balances, agreed, sources }: Searching,
): InternalTransfers {
  if (how === 'trace') return new TracedTransfers(rpc, prover, balances, agreed, sources);
  if (how === 'balance') return new BalanceTransfers(rpc, prover, balances, agreed);
  return NO_INTERNAL_TRANSFERS;
}
