import { ApiExtraModels, ApiProperty, getSchemaPath } from '@nestjs/swagger';
import { OlderName } from '../../http/older-name.js';
import { PageBody } from '../../http/page.js';
import { FINALITY_TAGS, type FinalityTag } from '../../config/chains.js';

const CHAIN_STATES = ['ready', 'unchecked', 'refused', 'halted'];

class AssetView {
  @ApiProperty({ example: 'ETH' })
  symbol: string;

  @ApiProperty({ example: 18 })
  decimals: number;
}

class TokenView extends AssetView {
  @ApiProperty({ format: 'uuid', description: 'UUIDv5 of chain_id:address, the same in every installation' })
  id: string;

  @ApiProperty({ example: '0xdAC17F958D2ee523a2206206994597C13D831ec7', description: 'EIP-55' })
  address: string;

  @ApiProperty({
    type: String,
    nullable: true,
    description:
      'Why the token is out of service: no payment is taken in it, and nothing of it is sent; null: it is not',
  })
  problem: string | null;
}

class ConfirmationTierView {
  @ApiProperty({
    type: String,
    nullable: true,
    description: 'For amounts up to this, in base units; null: any',
  })
  up_to: string | null;

  @ApiProperty({ example: 12 })
  blocks: number;
}

@ApiExtraModels(ConfirmationTierView)
export class ChainView {
  @ApiProperty({ example: 'ethereum' })
  name: string;

  @ApiProperty({ example: 1 })
  chain_id: number;

  @ApiProperty({
    enum: CHAIN_STATES,
    description:
      'unchecked: no node has answered yet; refused: chains.yaml and the chain disagree; halted: a reorg went deeper ' +
      'than what is remembered, and an operator has to look',
  })
  status: 'ready' | 'unchecked' | 'refused' | 'halted';

  @OlderName(CHAIN_STATES)
  state: 'ready' | 'unchecked' | 'refused' | 'halted';

  @ApiProperty({ type: [String], description: 'Why the chain is refused or halted, and how to fix it' })
  reasons: string[];

  @ApiProperty()
  native: AssetView;

  @ApiProperty({
    oneOf: [
      { type: 'string', enum: [...FINALITY_TAGS] },
      { type: 'array', items: { $ref: getSchemaPath(ConfirmationTierView) } },
    ],
  })
  confirmations: FinalityTag | ConfirmationTierView[];

  @ApiProperty({ example: 12000 })
  block_time_ms: number;

  @ApiProperty({ type: String, nullable: true })
  explorer_url: string | null;

  @ApiProperty({ type: [TokenView] })
  tokens: TokenView[];
}

export class ChainsView extends PageBody {
  @ApiProperty({ type: [ChainView] })
  data: ChainView[];
}
