import { Controller, Get } from '@nestjs/common';
import { ApiOkResponse, ApiOperation, ApiTags } from '@nestjs/swagger';
import { getAddress } from 'ethers';
import { RequireScope } from '../auth/scopes.js';
import { onePage } from '../http/page.js';
import { ChainService } from './chain.service.js';
import { ChainView, ChainsView } from './dto/chain.view.js';
import { type ChainConfig } from '../config/chains.js';

@ApiTags('chains')
@Controller('chains')
export class ChainController {
  constructor(private readonly chains: ChainService) {}

  @Get()
  @RequireScope('payments:read')
  @ApiOperation({ summary: 'List the chains and tokens that payments can be made in' })
  @ApiOkResponse({ type: ChainsView })
  async list(): Promise<ChainsView> {
    return onePage(await Promise.all(this.chains.all().map((chain) => this.view(chain))));
  }

  private async view(chain: ChainConfig): Promise<ChainView> {
    const status = this.chains.status(chain.name);
    const tokens = await this.chains.tokensOf(chain.chainId);
    return {
      name: chain.name,
      chain_id: chain.chainId,
      status: status.state,
      state: status.state,
      reasons: 'reasons' in status ? status.reasons : [],
      native: { symbol: chain.native.symbol, decimals: chain.native.decimals },
      confirmations:
        chain.confirmations.kind === 'finality'
          ? chain.confirmations.tag
          : chain.confirmations.tiers.map(({ upTo, blocks }) => ({
              up_to: upTo?.toString() ?? null,
              blocks,
            })),
      block_time_ms: chain.blockTimeMs,
      explorer_url: chain.explorerUrl,
      tokens: tokens
        .filter((token) => token.enabled)
        .map(({ id, symbol, address, decimals }) => ({
          id,
          symbol,
          address: getAddress(address),
          decimals,
          problem: this.chains.tokenProblem(chain, address)?.reason ?? null,
        })),
    };
  }
}
