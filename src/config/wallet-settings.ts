import { IsOptional } from 'class-validator';
import { BaseSettings } from './base-settings.js';
import { cronExpression, duration, integerIn, oneOf, text } from './parsers.js';
import { mnemonicProblem, privateKeyProblem, treasuryProblem, xpubProblem } from './secrets.js';
import { Setting } from './setting.js';
import { CheckedBy } from './checked-by.js';

/** Where money comes in, and where it goes. */
export abstract class WalletSettings extends BaseSettings {
  @Setting({
    env: 'MNEMONIC',
    description: 'BIP-39 words of the wallet. Give this or, for no private key on the server, XPUB',
    defaultNote: 'generated in development',
    secret: true,
    parse: text,
  })
  @IsOptional()
  @CheckedBy(mnemonicProblem)
  mnemonic: string | null;

  @Setting({
    env: 'XPUB',
    description: "Extended public key of m/44'/60'/0' (or of m/44'/60'/0'/0): no private key on the server",
    defaultNote: 'none',
    secret: true,
    parse: text,
  })
  @IsOptional()
  @CheckedBy(xpubProblem)
  xpub: string | null;

  @Setting({
    env: 'WALLET_GAP_LIMIT',
    description:
      '`wallet scan` ends after so many unused deposit addresses in a row; every payment that nobody paid is one',
    default: '1000',
    parse: integerIn(1, 10_000_000),
  })
  walletGapLimit: number;

  @Setting({
    env: 'DEPOSIT_SCHEME',
    description: 'How deposit addresses are made',
    default: 'hd',
    parse: oneOf('hd', 'forwarder'),
  })
  depositScheme: 'hd' | 'forwarder';

  @Setting({
    env: 'TREASURY_ADDRESS',
    description:
      'Where confirmed money is swept to; EIP-55 checksum. chains.yaml may name another for a chain',
    defaultNote: 'nothing is swept',
    parse: text,
  })
  @IsOptional()
  @CheckedBy(treasuryProblem)
  treasuryAddress: string | null;

  @Setting({
    env: 'GAS_TANK_PRIVATE_KEY',
    description: 'Pays the gas of what deposit addresses send and have no gas for, as of token sweeps',
    defaultNote: 'none',
    secret: true,
    parse: text,
  })
  @IsOptional()
  @CheckedBy(privateKeyProblem)
  gasTankPrivateKey: string | null;

  @Setting({
    env: 'PAYOUT_PRIVATE_KEY',
    description: 'Pays refunds of money that has left its deposit address already',
    defaultNote: 'none',
    secret: true,
    parse: text,
  })
  @IsOptional()
  @CheckedBy(privateKeyProblem)
  payoutPrivateKey: string | null;

  @Setting({
    env: 'SWEEP_SCHEDULE',
    description: 'When sweeps are planned: a cron expression, in UTC',
    default: '* * * * *',
    parse: cronExpression,
  })
  sweepSchedule: string;

  @Setting({
    env: 'SWEEP_MAX_FEE_BPS',
    description: 'The most that fees may take of what is swept together, in basis points (1/100 %)',
    default: '500',
    parse: integerIn(1, 10_000),
  })
  sweepMaxFeeBps: number;

  @Setting({
    env: 'REFUND_MAX_FEE_BPS',
    description:
      'The most that the gas of a payment’s refunds may cost of what it received, in basis points (1/100 %)',
    default: '5000',
    parse: integerIn(1, 1_000_000),
  })
  refundMaxFeeBps: number;

  @Setting({
    env: 'REFUND_MAX_PER_DAY',
    description: 'Refunds a merchant may ask for in a day by UTC; 0 for no limit',
    default: '1000',
    parse: integerIn(0, 10_000_000),
  })
  refundMaxPerDay: number;

  @Setting({
    env: 'SWEEP_BUMP_AFTER',
    description: 'How long a transaction may wait to be mined before it is sent again with a higher fee',
    default: '3m',
    parse: duration,
  })
  sweepBumpAfterMs: number;

  @Setting({
    env: 'SWEEP_STUCK_AFTER',
    description: 'How long a transaction may wait to be mined before it is called stuck, in log and metrics',
    default: '30m',
    parse: duration,
  })
  sweepStuckAfterMs: number;
}
