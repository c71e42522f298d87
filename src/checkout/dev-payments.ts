import { Inject, Injectable } from '@nestjs/common';
import { Interface, toBeHex } from 'ethers';
import { callRpc } from '../chain/dev-chain/anvil.js';
import { type ChainConfig } from '../config/chains.js';
import { CHAINS, SETTINGS } from '../config/configuration.module.js';
import { type Settings } from '../config/settings.js';
import { NoSuchPageError, type PageState } from './pages.service.js';

const erc20 = new Interface(['function transfer(address to, uint256 value)']);

/** Pays what is due from the dev chain's own account, whose money is nobody's: so that a newcomer sees a payment. */
@Injectable()
export class DevPayments {
  constructor(
    @Inject(SETTINGS) private readonly settings: Settings,
    @Inject(CHAINS) private readonly chains: ChainConfig[],
  ) {}

  /** @throws NoSuchPageError where there is no dev chain: there is no such button then */
  async pay({ payment }: Pick<PageState, 'payment'>, given: string): Promise<void> {
    const { devChainPayer: from, nodeEnv } = this.settings;
    const index = /^\d{1,3}$/.test(given) ? Number(given) : 0;
    const option = payment.options[index] ?? payment.options[0];
    const chain = this.chains.find(({ chainId }) => chainId === option?.chain_id);
    const url = chain?.rpcUrls[0];
    if (from === null || nodeEnv === 'production' || !option || !url) throw new NoSuchPageError();
    if (payment.status !== 'pending' && payment.status !== 'partially_paid') return;
    const due = BigInt(option.amount_due);
    const transaction =
      option.token_address === null
        ? { from, to: payment.address, value: toBeHex(due) }
        : {
            from,
            to: option.token_address,
            data: erc20.encodeFunctionData('transfer', [payment.address, due]),
          };
    await callRpc(url, 'eth_sendTransaction', [transaction]);
  }
}
