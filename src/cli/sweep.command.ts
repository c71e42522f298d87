import { type Command } from 'commander';
import { type SweepState } from '../sweeper/sweep.entity.js';
import { type SweepsService } from '../sweeper/sweeps.service.js';
import { type OutputOptions, printingCommand } from './option.js';
import { print, printOne } from './print.js';
import { type Terminal } from './terminal.js';
import { UsageError } from './usage.error.js';

const MANY = 1_000;
const DEPLOY_TIMEOUT_MS = 300_000;

interface RunOptions extends OutputOptions {
  chain?: string;
  payment?: string;
  force?: boolean;
  dryRun?: boolean;
}

interface ListOptions extends OutputOptions {
  chain?: string;
  state?: string;
  payment?: string;
}

export function sweepCommands(group: Command, terminal: Terminal): void {
  printingCommand(group, 'run', 'plan sweeps now; the running sweeper sends them')
    .option('--chain <name>', 'only this chain')
    .option('--payment <ids>', 'only the money of these payments, comma-separated, whatever their status')
    .option(
      '--force',
      'also what is below its minimum, costs too much or failed before; limits and pause still hold',
    )
    .option('--dry-run', 'only tell what would be swept')
    .action((options: RunOptions) => run(terminal, options));
  printingCommand(group, 'list', 'list sweeps, newest first, also what waits and why')
    .option('--chain <name>', 'only this chain')
    .option('--state <state>', 'only those in this state, as planned, funding, sent, confirmed, failed')
    .option('--payment <id>', 'only those of this payment')
    .action((options: ListOptions) => list(terminal, options));
  printingCommand(group, 'pause', 'stop signing anything, in every process, until resumed')
    .option('--reason <text>', 'shown wherever something waits for it')
    .action(({ reason, json }: OutputOptions & { reason?: string }) =>
      withSweeps(terminal, async (sweeps) =>
        printOne(terminal, await sweeps.pause(reason ?? null), { json }),
      ),
    );
  printingCommand(group, 'resume', 'go on signing').action((options: OutputOptions) =>
    withSweeps(terminal, async (sweeps) => printOne(terminal, await sweeps.resume(), options)),
  );
  printingCommand(
    group,
    'deploy-delegate',
    'make the contract that sweep.path: eip7702 needs, from the gas tank, and print its address',
  )
    .requiredOption('--chain <name>', 'the chain')
    .action((options: OutputOptions & { chain: string }) => deployDelegate(terminal, options));
}

/** Planning needs no key: nothing that signs is loaded. */
async function withSweeps(terminal: Terminal, work: (sweeps: SweepsService) => Promise<void>): Promise<void> {
  const [
    { withServices },
    { EVENT_WRITERS },
    { RefundsModule },
    { SweepPlanModule },
    { SweepsService: Sweeps },
  ] = await Promise.all([
    import('./services.js'),
    import('./event-writers.js'),
    import('../refunds/refunds.module.js'),
    import('../sweeper/planning/sweep-plan.module.js'),
    import('../sweeper/sweeps.service.js'),
  ]);
  await withServices(terminal, { imports: [...EVENT_WRITERS, RefundsModule, SweepPlanModule] }, (services) =>
    work(services.get(Sweeps, { strict: false })),
  );
}

async function run(terminal: Terminal, options: RunOptions): Promise<void> {
  const { chain, payment, force, dryRun, json } = options;
  const paymentIds = payment === undefined ? null : await paymentIdsIn(payment);
  const request = { chain: chain ?? null, paymentIds, isForced: force === true, isDryRun: dryRun === true };
  await withSweeps(terminal, async (sweeps) => print(terminal, await sweeps.run(request), { json }));
}

async function list(terminal: Terminal, options: ListOptions): Promise<void> {
  const { chain, json } = options;
  const state = options.state === undefined ? undefined : await stateNamed(options.state);
  const [payment] = options.payment === undefined ? [] : await paymentIdsIn(options.payment);
  await withSweeps(terminal, async (sweeps) => {
    const { data } = await sweeps.list(null, { chain, state, payment_id: payment, limit: MANY });
    print(terminal, json ? data : data.map(asLine), { json });
  });
}

/** The one command on sweeps that signs something. */
async function deployDelegate(
  terminal: Terminal,
  { chain, json }: OutputOptions & { chain: string },
): Promise<void> {
  const [
    { withServices },
    { EVENT_WRITERS },
    { SweepPlanModule },
    { SweepDelegateModule },
    { SweepsService: Sweeps },
    { DelegateDeployment },
  ] = await Promise.all([
    import('./services.js'),
    import('./event-writers.js'),
    import('../sweeper/planning/sweep-plan.module.js'),
    import('../sweeper/delegate/sweep-delegate.module.js'),
    import('../sweeper/sweeps.service.js'),
    import('../sweeper/delegate/delegate-deployment.js'),
  ]);
  const imports = [...EVENT_WRITERS, SweepPlanModule, SweepDelegateModule];
  await withServices(terminal, { imports }, async (services) => {
    const config = services.get(Sweeps, { strict: false }).chainNamed(chain);
    const deployment = services.get(DelegateDeployment, { strict: false });
    printOne(terminal, await deployment.deploy(config, DEPLOY_TIMEOUT_MS), { json });
  });
}

async function stateNamed(value: string): Promise<SweepState> {
  const { SWEEP_STATES } = await import('../sweeper/sweep.entity.js');
  const state = SWEEP_STATES.find((one) => one === value);
  if (state) return state;
  throw new UsageError(`--state ${value} is none of ${SWEEP_STATES.join(', ')}`);
}

async function paymentIdsIn(value: string): Promise<string[]> {
  const { isUUID } = await import('class-validator');
  const ids = value.split(',').map((id) => id.trim());
  const wrong = ids.find((id) => !isUUID(id));
  if (wrong !== undefined) throw new UsageError(`"${wrong}" is no payment's id`);
  return ids;
}

function asLine(sweep: Awaited<ReturnType<SweepsService['list']>>['data'][number]): object {
  const { id, payment_id, chain, token_address: token, amount, state, reason, tx_hash } = sweep;
  return { id, payment_id, chain, token, amount, state, reason, tx_hash };
}
