import { type Command } from 'commander';
import { type AuthService } from '../auth/auth.service.js';
import { exportedLines } from './exported-lines.js';
import { type Period, period, withPeriod } from './moments.js';
import { type OutputOptions, printingCommand } from './option.js';
import { type Terminal } from './terminal.js';

type ExportOptions = OutputOptions & Period & { merchant?: string };

const MERCHANTS_AT_ONCE = 500;

export function paymentCommands(group: Command, terminal: Terminal): void {
  const description =
    'print payments as CSV, a line for each asset that one may be paid in, by when they were made (UTC)';
  withPeriod(printingCommand(group, 'export', description))
    .option('--merchant <id>', 'of this merchant alone')
    .action((options: ExportOptions) => exportPayments(terminal, options));
}

async function exportPayments(terminal: Terminal, options: ExportOptions): Promise<void> {
  const { from, to } = period(options);
  const {
    AuthService,
    isUUID,
    MerchantNotFoundError,
    PAYMENT_COLUMNS,
    PaymentExport,
    paymentParts,
    withServices,
  } = await import('./export-services.js');
  const { merchant, json } = options;
  if (merchant !== undefined && !isUUID(merchant)) throw new MerchantNotFoundError(merchant);
  await withServices(terminal, paymentParts, async (services) => {
    const ids = await merchantsOf(services.get(AuthService, { strict: false }));
    const chosen = ids.filter((id) => merchant === undefined || id === merchant.toLowerCase());
    if (merchant !== undefined && chosen.length === 0) throw new MerchantNotFoundError(merchant);
    const payments = services.get(PaymentExport, { strict: false });
    // Times are kept to the millisecond, and the filter leaves its own moment out.
    const between = { createdAfter: new Date(from.getTime() - 1), createdBefore: to };
    const lines = exportedLines(terminal, PAYMENT_COLUMNS, json);
    for (const merchantId of chosen)
      for await (const some of payments.lines({ merchantId, ...between }))
        some.forEach((one) => lines.print(one));
    lines.end();
  });
}

async function merchantsOf(auth: AuthService): Promise<string[]> {
  const ids: string[] = [];
  for (;;) {
    const page = await auth.listMerchants(MERCHANTS_AT_ONCE, ids.at(-1));
    ids.push(...page.map(({ id }) => id));
    if (page.length < MERCHANTS_AT_ONCE) return ids;
  }
}
