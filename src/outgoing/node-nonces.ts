import { Injectable } from '@nestjs/common';
import { InjectDataSource } from '@nestjs/typeorm';
import { DataSource } from 'typeorm';
import { type Chain } from '../chain/chain.js';
import { ScannedChain } from '../scanner/scanned-chain.js';
import { OutgoingRepository } from './outgoing.repository.js';
import { type Address } from '../ids/ids.js';

/** What nodes say of an address's next nonce, as far as it is to be believed. */
@Injectable()
export class NodeNonces {
  constructor(
    @InjectDataSource() private readonly dataSource: DataSource,
    private readonly scanned: ScannedChain,
    private readonly outgoing: OutgoingRepository,
  ) {}

  /**
   * After the last block scanned. One that is too low does no harm, since none that was given out here is given again;
   * one that is too high would leave a gap that nothing fills: what is above ours has to be proved by the block's state,
   * or, where nodes give no proofs, to be said by every endpoint.
   * @throws RpcError, DisagreementError
   */
  async next(chain: Chain, address: Address): Promise<number> {
    const { accounts, evidence } = chain;
    const block = await this.scanned.last(chain);
    const after = block?.hash ?? 'latest';
    const said = await accounts.nonce(address, after);
    const ours = await this.outgoing.nextNonce(this.dataSource.manager, chain.chainId, address);
    if (said <= ours) return said;
    const proven = block === null ? null : await evidence.account(block, address);
    return proven?.nonce ?? accounts.nonceByAll(address, after);
  }
}
