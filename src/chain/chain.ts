import { type ChainConfig } from '../config/chains.js';
import { type ChainAccounts } from './accounts/chain-accounts.js';
import { type ChainEvidence } from './accounts/chain-evidence.js';
import { type ChainReader } from './reading/chain-reader.js';
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
  /** Why a token is out of service; null: it is not. @param address of its contract, lower-case */
  readonly tokenProblem: (address: Address) => TokenProblem | null;
}
