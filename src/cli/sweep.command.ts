import { ModuleRef } from '@nestjs/core';
import { isUUID } from 'class-validator';
import { Command, CommandRunner, Option, SubCommand } from 'nest-commander';
import { DelegateDeployment } from '../sweeper/delegate/delegate-deployment.js';
import { SWEEP_STATES, type SweepState } from '../sweeper/sweep.entity.js';
import { SweepsService } from '../sweeper/sweeps.service.js';
import { type OutputOptions, PrintingCommand } from './json-option.js';
import { print, printOne } from './print.js';

const MANY = 1_000;
const DEPLOY_TIMEOUT_MS = 300_000;
/** The one command on sweeps that signs something. */
export const DEPLOY_DELEGATE = 'deploy-delegate';

interface RunOptions extends OutputOptions {
  chain?: string;
  payment?: string[];
  force?: boolean;
  dryRun?: boolean;
}

interface ListOptions extends OutputOptions {
  chain?: string;
  state?: SweepState;
  payment?: string;
}

/** A command on sweeps; they are there only where it is called. */
abstract class SweepsCommand extends PrintingCommand {
  constructor(private readonly modules: ModuleRef) {
    super();
  }

  protected get sweeps(): SweepsService {
    return this.modules.get(SweepsService, { strict: false });
  }
}

@SubCommand({ name: 'run', description: 'plan sweeps now; the running sweeper sends them' })
export class SweepRunCommand extends SweepsCommand {
  constructor(modules: ModuleRef) {
    super(modules);
  }

  async run(_inputs: string[], { chain, payment, force, dryRun, json }: RunOptions): Promise<void> {
    const paymentIds = payment ?? null;
    const options = { chain: chain ?? null, paymentIds, isForced: force === true, isDryRun: dryRun === true };
    print(await this.sweeps.run(options), { json });
  }

  @Option({ flags: '--chain <name>', description: 'only this chain' })
  parseChain(value: string): string {
    return value;
  }

  @Option({
    flags: '--payment <ids>',
    description: 'only the money of these payments, comma-separated, whatever their status',
  })
  parsePayment(value: string): string[] {
    return value.split(',').map((id) => requireId(id.trim()));
  }

  @Option({
    flags: '--force',
    description:
      'also what is below its minimum, costs too much or failed before; limits and pause still hold',
  })
  parseForce(): boolean {
    return true;
  }

  @Option({ flags: '--dry-run', description: 'only tell what would be swept' })
  parseDryRun(): boolean {
    return true;
  }
}

@SubCommand({ name: 'list', description: 'list sweeps, newest first, also what waits and why' })
export class SweepListCommand extends SweepsCommand {
  constructor(modules: ModuleRef) {
    super(modules);
  }

  async run(_inputs: string[], { chain, state, payment, json }: ListOptions): Promise<void> {
    const query = { chain, state, payment_id: payment, limit: MANY };
    const { data } = await this.sweeps.list(null, query);
    print(json ? data : data.map(asLine), { json });
  }

  @Option({ flags: '--chain <name>', description: 'only this chain' })
  parseChain(value: string): string {
    return value;
  }

  @Option({ flags: '--state <state>', description: `one of ${SWEEP_STATES.join(', ')}` })
  parseState(value: string): SweepState {
    const state = SWEEP_STATES.find((one) => one === value);
    if (state) return state;
    throw new Error(`--state ${value} is none of ${SWEEP_STATES.join(', ')}`);
  }

  @Option({ flags: '--payment <id>', description: 'only those of this payment' })
  parsePayment(value: string): string {
    return requireId(value);
  }
}

@SubCommand({ name: 'pause', description: 'stop signing anything, in every process, until resumed' })
export class SweepPauseCommand extends SweepsCommand {
  constructor(modules: ModuleRef) {
    super(modules);
  }

  async run(_inputs: string[], { reason, json }: OutputOptions & { reason?: string }): Promise<void> {
    printOne(await this.sweeps.pause(reason ?? null), { json });
  }

  @Option({ flags: '--reason <text>', description: 'shown wherever something waits for it' })
  parseReason(value: string): string {
    return value;
  }
}

@SubCommand({ name: 'resume', description: 'go on signing' })
export class SweepResumeCommand extends SweepsCommand {
  constructor(modules: ModuleRef) {
    super(modules);
  }

  async run(_inputs: string[], options: OutputOptions): Promise<void> {
    printOne(await this.sweeps.resume(), options);
  }
}

@SubCommand({
  name: DEPLOY_DELEGATE,
  description: 'make the contract that sweep.path: eip7702 needs, from the gas tank, and print its address',
})
export class SweepDeployDelegateCommand extends SweepsCommand {
  constructor(private readonly known: ModuleRef) {
    super(known);
  }

  async run(_inputs: string[], { chain, json }: OutputOptions & { chain: string }): Promise<void> {
    const config = this.sweeps.chainNamed(chain);
    const deployment = this.known.get(DelegateDeployment, { strict: false });
    printOne(await deployment.deploy(config, DEPLOY_TIMEOUT_MS), { json });
  }

  @Option({ flags: '--chain <name>', description: 'the chain', required: true })
  parseChain(value: string): string {
    return value;
  }
}

@Command({
  name: 'sweep',
  description: 'bring money to the treasury',
  subCommands: [
    SweepRunCommand,
    SweepListCommand,
    SweepPauseCommand,
    SweepResumeCommand,
    SweepDeployDelegateCommand,
  ],
})
export class SweepCommand extends CommandRunner {
  run(): Promise<void> {
    this.command.help();
  }
}

function asLine(sweep: Awaited<ReturnType<SweepsService['list']>>['data'][number]): object {
  const { id, payment_id, chain, token_address: token, amount, state, reason, tx_hash } = sweep;
  return { id, payment_id, chain, token, amount, state, reason, tx_hash };
}

function requireId(value: string): string {
  if (isUUID(value)) return value;
  throw new Error(`"${value}" is no payment's id`);
}
