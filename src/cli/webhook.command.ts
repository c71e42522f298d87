import { once } from 'node:events';
import { Inject } from '@nestjs/common';
import { Command, CommandRunner, Option, SubCommand } from 'nest-commander';
import { SETTINGS } from '../config/configuration.module.js';
import { integerIn } from '../config/parsers.js';
import { type Settings } from '../config/settings.js';
import { type OutputOptions, PrintingCommand } from './json-option.js';
import { type ReceivedWebhook, WebhookListener } from './webhook-listener.js';

interface ListenOptions extends OutputOptions {
  port: number;
  secret?: string;
  answer: number;
  fail: number;
  delay: number;
  hang?: boolean;
}

@SubCommand({ name: 'listen', description: 'show and verify the webhooks that arrive on this machine' })
export class WebhookListenCommand extends PrintingCommand {
  constructor(@Inject(SETTINGS) private readonly settings: Settings) {
    super();
  }

  async run(_inputs: string[], options: ListenOptions): Promise<void> {
    const secret = options.secret ?? this.settings.webhookSecret;
    const { port, answer, fail: failFirst, delay: delayMs, hang: hangs = false } = options;
    const show = (webhook: ReceivedWebhook) =>
      process.stdout.write(`${options.json ? JSON.stringify(webhook) : line(webhook)}\n`);
    const listener = await WebhookListener.start({ port, secret, answer, failFirst, delayMs, hangs }, show);
    const note =
      secret === null
        ? 'signatures are not verified: give --secret or WEBHOOK_SECRET'
        : 'verifying signatures';
    process.stderr.write(`listening on ${listener.url}, ${note}; Ctrl-C ends it\n`);
    await Promise.race([once(process, 'SIGINT'), once(process, 'SIGTERM')]);
    await listener.stop();
  }

  @Option({ flags: '--port <port>', description: 'port on 127.0.0.1', defaultValue: 4000 })
  parsePort(value: string): number {
    return integerIn(0, 65_535)(value);
  }

  @Option({ flags: '--secret <secret>', description: 'whsec_…, whpk_… or any text; else WEBHOOK_SECRET' })
  parseSecret(value: string): string {
    return value;
  }

  @Option({ flags: '--answer <status>', description: 'HTTP status to answer', defaultValue: 204 })
  parseAnswer(value: string): number {
    return integerIn(200, 599)(value);
  }

  @Option({ flags: '--fail <count>', description: 'answer 500 to so many first', defaultValue: 0 })
  parseFail(value: string): number {
    return integerIn(0, 1_000_000)(value);
  }

  @Option({ flags: '--delay <ms>', description: 'wait before each answer', defaultValue: 0 })
  parseDelay(value: string): number {
    return integerIn(0, 600_000)(value);
  }

  @Option({ flags: '--hang', description: 'never answer' })
  parseHang(): boolean {
    return true;
  }
}

@Command({ name: 'webhook', description: 'try out webhooks', subCommands: [WebhookListenCommand] })
export class WebhookCommand extends CommandRunner {
  run(): Promise<void> {
    this.command.help();
  }
}

function line({ at, type, id, times, verified, problem, answered }: ReceivedWebhook): string {
  const mark = verified === null ? ' ' : verified ? '✓' : '✗';
  const again = times > 1 ? `, for the ${times}. time` : '';
  const reply = answered === null ? 'left hanging' : `answered ${answered}`;
  const why = problem === null ? '' : `\n               ${problem}`;
  return `${at.toISOString().slice(11, 23)} ${mark} ${type.padEnd(24)} ${id}${again} · ${reply}${why}`;
}
