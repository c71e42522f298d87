import { ApiProperty } from '@nestjs/swagger';
import { PageBody } from '../../http/page.js';
import { type RefusalCode, REFUSAL_CODES } from '../refusal.js';

class RefusableView {
  @ApiProperty({ enum: ['priced', 'refused'] })
  status: 'priced' | 'refused';

  @ApiProperty({ type: String, nullable: true, example: '3500.12', description: 'A decimal; null: refused' })
  value: string | null;

  @ApiProperty({ type: String, format: 'date-time', nullable: true, description: 'As the source dates it' })
  at: string | null;

  @ApiProperty({ enum: REFUSAL_CODES, nullable: true, description: 'Why it is refused' })
  code: RefusalCode | null;

  @ApiProperty({ type: String, nullable: true, description: 'The same in words' })
  reason: string | null;
}

class RateSourceView extends RefusableView {
  @ApiProperty({ example: 'feed 0x5f4ec3df9cbd43714fe2740f5e3616155c5b8419 on ethereum' })
  source: string;

  @ApiProperty({ type: Number, nullable: true, example: 41 })
  age_seconds: number | null;

  @ApiProperty({ type: String, nullable: true, description: 'Of a feed: the round that it was read in' })
  round: string | null;

  @ApiProperty({ type: Number, nullable: true, description: 'Of a feed: the block that it was read at' })
  block: number | null;
}

export class PairRateView extends RefusableView {
  @ApiProperty({ example: 'ETH/USD' })
  pair: string;

  @ApiProperty({ example: 'ETH' })
  base: string;

  @ApiProperty({ example: 'USD' })
  quote: string;

  @ApiProperty({ type: [RateSourceView], description: 'In the order of rates.yaml' })
  sources: RateSourceView[];
}

export class RatePage extends PageBody {
  @ApiProperty({ type: [PairRateView] })
  data: PairRateView[];
}
