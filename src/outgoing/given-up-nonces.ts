import { Transaction } from 'ethers';
import { Injectable, Logger } from '@nestjs/common';
import { InjectDataSource } from '@nestjs/typeorm';
import { DataSource } from 'typeorm';
import { CallRevertedError, type GasQuote } from '../chain/accounts/chain-accounts.js';
import { type Chain } from '../chain/chain.js';
import { RepeatedMessage } from '../process/repeated-message.js';
import { ScannedChain } from '../scanner/scanned-chain.js';
import { bumped, dataReserve, type Fees, feesFor } from './fees.js';
import { allowedGas, NOBODY, PLAIN_TRANSFER_GAS } from './gas.js';
import { feesOf, OutgoingAttempt } from './outgoing-attempt.entity.js';
import { named } from './outgoing-log.js';
import { OutgoingSigner } from './outgoing-signer.js';
import { type OutgoingRecord } from './outgoing.repository.js';
import { NotSignedError } from './signing-gate.js';
import { areEmptyOf, emptyTransaction, HIGH_NONCE } from './transaction-bytes.js';
import { type Address } from '../ids/ids.js';
import { steadyMs } from '../process/steady-time.js';

const COMPLAIN_EVERY_MS = 600_000;

/**
 * Nonces of transactions that no node takes: an empty transaction of the account to itself takes each of them, so
 * that one bad item does not keep all that its account signs after it waiting. Of those with one nonce the chain takes one
 * at the most: should what was given up be mined after all, the books follow it.
 */
@Injectable()
export class GivenUpNonces {
  private readonly logger = new Logger('Outgoing');
  private readonly complaints = new RepeatedMessage(COMPLAIN_EVERY_MS);

  constructor(
    @InjectDataSource() private readonly dataSource: DataSource,
    private readonly scanned: ScannedChain,
    private readonly signer: OutgoingSigner,
  ) {}

  /**
   * The caller knows that all nodes refuse it, for good or for long, and have done so for as long as it would take to be
   * replaced, and that its nonce is the account's next.
   * @returns whether it signed the empty one; to broadcast it is the caller's
   * @throws RpcError
   */
  async giveUp(chain: Chain, record: OutgoingRecord, quote: GasQuote): Promise<boolean> {
    const { outgoing, attempts } = record;
    const last = attempts.at(-1) as OutgoingAttempt;
    const fees = this.feesOver(chain, attempts, quote);
    const gasLimit = await this.gasOf(chain, record, fees);
    if (gasLimit === null) return false;
    // Refused as well, it is sent again as it is, unless the chain asks for more gas by now: some count publishing in.
    if (areEmptyOf(outgoing.from, last.raw) && gasLimit <= BigInt(last.gasLimit)) return false;
    const isSigned = await this.sign(chain, record, { fees, gasLimit });
    if (isSigned) {
      const line = { ...named(chain, outgoing), nonce: outgoing.nonce, gives_up: last.txHash };
      this.logger.error(
        line,
        'every node refuses the transaction, for good or for long: an empty one takes its nonce',
      );
    }
    return isSigned;
  }

  /** In case a node has it all the same; where that would be too dear, no node that refused it wants more than usual. */
  private feesOver(chain: Chain, attempts: readonly OutgoingAttempt[], quote: GasQuote): Fees {
    const [first, last] = [attempts[0], attempts.at(-1)] as [OutgoingAttempt, OutgoingAttempt];
    return bumped(feesOf(last), feesOf(first), quote, chain.sweep.maxGasPrice) ?? feesFor(quote, false);
  }

  /** @returns null: the account cannot pay for it now. @throws RpcError */
  private async gasOf(chain: Chain, { outgoing }: OutgoingRecord, fees: Fees): Promise<bigint | null> {
    const { accounts, chainId } = chain;
    const { from } = outgoing;
    const gasLimit = await gasToItself(chain, from);
    const bytes = emptyTransaction({ chainId, from, nonce: HIGH_NONCE }, gasLimit, fees);
    const after = (await this.scanned.last(chain))?.hash ?? 'latest';
    const [balance, dataFee] = await Promise.all([
      accounts.balance(from, null, after),
      accounts.dataFee(Transaction.from(bytes).unsignedSerialized),
    ]);
    if (balance >= gasLimit * fees.maxFeePerGas + dataReserve(dataFee).least) return gasLimit;
    return this.leave(chain, outgoing, 'its account cannot pay for it: fill it up');
  }

  private async sign(
    chain: Chain,
    { outgoing, attempts }: OutgoingRecord,
    bytes: { fees: Fees; gasLimit: bigint },
  ): Promise<boolean> {
    try {
      return await this.dataSource.transaction((manager) =>
        this.signer.giveUp(manager, outgoing.id, attempts, bytes),
      );
    } catch (error) {
      if (!(error instanceof NotSignedError)) throw error;
      this.leave(chain, outgoing, error.message);
      return false;
    }
  }

  private leave(chain: Chain, outgoing: OutgoingRecord['outgoing'], reason: string): null {
    if (this.complaints.isDue(outgoing.id, reason, steadyMs())) {
      this.logger.warn({ ...named(chain, outgoing), reason }, 'nonce not freed');
    }
    return null;
  }
}

/**
 * An account with code runs it (EIP-7702). Where that refuses, or wants more than it gets, the transaction is mined all the
 * same, and takes the nonce.
 */
async function gasToItself({ accounts }: Chain, from: Address): Promise<bigint> {
  try {
    const estimate = await accounts.estimateGas({ from, to: from, value: 0n });
    return estimate > PLAIN_TRANSFER_GAS ? allowedGas(estimate) : PLAIN_TRANSFER_GAS;
  } catch (error) {
    if (!(error instanceof CallRevertedError)) throw error;
    const plain = await accounts.estimateGas({ from, to: NOBODY, value: 0n });
    return plain > PLAIN_TRANSFER_GAS ? allowedGas(plain) : PLAIN_TRANSFER_GAS;
  }
}
