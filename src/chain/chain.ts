import { type ChainConfig } from '../config/chains.js';
import { type ChainAccounts } from './accounts/chain-accounts.js';
import { type ChainEvidence } from './accounts/chain-evidence.js';
import { type ChainReader } from './reading/chain-reader.js';
import { type InternalTransfers } from './transfers/internal-transfers.js';
import { type TokenProblem } from './tokens/token-check.js';
import { type Address } from '../ids/ids.js';

/** A configured chain and the ways to its nodes: handed down, so that nobody looks it up by its name again. */
export interface Chain extends ChainConfig {
  /** What sending money asks of it. */
  readonly accounts: ChainAccounts;
  /** What its blocks prove, where no node's word is enough. */
  readonly evidence: ChainEvidence;
  /** Its blocks, proved. */
  readonly reader: ChainReader;
  /** How value is found that contracts send: as `internal_transfers` says. */
  readonly internal: InternalTransfers;
  /**
   * Compares its endpoints now.
   * @returns the lowest block that may be on a losing fork, since endpoints contradict each other about it, or one that
   * kept up until now has yet to show it; null where there is none
   */
  readonly disputedAmongEndpoints: () => Promise<number | null>;
  /** Why a token is out of service; null: it is not. @param address of its contract, lower-case */
  readonly tokenProblem: (address: Address) => TokenProblem | null;
}
