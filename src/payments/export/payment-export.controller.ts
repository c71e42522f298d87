import { Readable } from 'node:stream';
import { Controller, Get, Inject, Logger, Query, StreamableFile } from '@nestjs/common';
import { ApiOkResponse, ApiOperation, ApiTags } from '@nestjs/swagger';
import { type AuthenticatedKey } from '../../auth/authenticated-key.js';
import { CurrentKey, RequireScope } from '../../auth/scopes.js';
import { type ChainConfig } from '../../config/chains.js';
import { CHAINS } from '../../config/configuration.module.js';
import { csvRecord } from '../../http/csv.js';
import { type ExportFormat, ExportPaymentsDto } from '../dto/list-payments.dto.js';
import { paymentFilter } from '../payment-filter.js';
import { PaymentExport } from './payment-export.js';
import { csvFields, PAYMENT_COLUMNS, type PaymentLine } from './payment-lines.js';

const TYPES = {
  csv: 'text/csv; charset=utf-8',
  jsonl: 'application/jsonl; charset=utf-8',
} satisfies Record<ExportFormat, string>;

@ApiTags('payments')
@Controller('payments/export')
export class PaymentExportController {
  private readonly logger = new Logger(PaymentExportController.name);

  constructor(
    private readonly payments: PaymentExport,
    @Inject(CHAINS) private readonly chains: ChainConfig[],
  ) {}

  @Get()
  @RequireScope('payments:read')
  @ApiOperation({
    summary: 'All payments for bookkeeping, oldest first: a line for each asset that one may be paid in',
    description:
      'With the filters of the list, and without its pages. Amounts are decimal strings in base units, values in the price’s currency. In CSV, text that a spreadsheet would take for a formula has an apostrophe before it; JSON is as it is.',
  })
  @ApiOkResponse({
    description: 'docs/api.md says what the columns are',
    content: {
      'text/csv': { schema: { type: 'string' } },
      'application/jsonl': { schema: { type: 'string' } },
    },
  })
  async export(
    @CurrentKey() key: AuthenticatedKey,
    @Query() query: ExportPaymentsDto,
  ): Promise<StreamableFile> {
    const { format } = query;
    const pages = await begun(this.payments.lines(paymentFilter(key.merchantId, query, this.chains)));
    const body = Readable.from(format === 'csv' ? asCsv(pages) : asJsonLines(pages));
    // The connection is cut, so that nobody takes what has come so far for all there is.
    body.on('error', (error) => this.logger.warn({ reason: error.message }, 'an export ended half way'));
    return new StreamableFile(body, {
      type: TYPES[format],
      disposition: `attachment; filename="payments.${format}"`,
    });
  }
}

type Pages = AsyncIterable<PaymentLine[]>;

/** Reads the first before anything is sent: what is refused, as a chain that is none, is answered with a problem then. */
async function begun(pages: AsyncGenerator<PaymentLine[]>): Promise<Pages> {
  const first = await pages.next();
  return withFirst(first.done ? [] : first.value, pages);
}

async function* withFirst(first: PaymentLine[], later: Pages): AsyncGenerator<PaymentLine[]> {
  if (first.length > 0) yield first;
  yield* later;
}

async function* asCsv(pages: Pages): AsyncGenerator<string> {
  yield csvRecord(PAYMENT_COLUMNS);
  for await (const lines of pages) yield lines.map((line) => csvRecord(csvFields(line))).join('');
}

async function* asJsonLines(pages: Pages): AsyncGenerator<string> {
  for await (const lines of pages) yield lines.map((line) => `${JSON.stringify(line)}\n`).join('');
}
