import { once } from 'node:events';
import { type Command } from 'commander';
import { named, type OutputOptions, printingCommand } from './option.js';
import { printable, printOne } from './print.js';
import { type Terminal } from './terminal.js';
import { type ReceivedWebhook } from './webhook-listener.js';
import { UsageError } from './usage.error.js';

interface ListenOptions extends OutputOptions {
  port: number;
  secret: string[];
  answer: number;
  fail: number;
  delay: number;
  hang?: boolean;
  body?: boolean;
  forwardTo?: string;
}

export function webhookCommands(group: Command, terminal: Terminal): void {
  printingCommand(group, 'listen', 'show and verify the webhooks that arrive on this machine')
    .option('--port <port>', 'port on 127.0.0.1', numberIn('--port', 0, 65_535), 4000)
    .option(
      '--secret <secret>',
      'whsec_…, whpk_… or any text; repeat it for endpoints with secrets of their own; else WEBHOOK_SECRET',
      (value: string, before: string[]) => [...before, value],
      [],
    )
    .option('--answer <status>', 'HTTP status to answer', numberIn('--answer', 200, 599), 204)
    .option('--fail <count>', 'answer 500 to so many first', numberIn('--fail', 0, 1_000_000), 0)
    .option('--delay <ms>', 'wait before each answer', numberIn('--delay', 0, 600_000), 0)
    .option('--hang', 'never answer')
    .option('--body', 'show bodies too')
    .option('--forward-to <url>', 'pass each webhook on, as it came, and give back what is answered')
    .action((options: ListenOptions) => listen(terminal, options));
  printingCommand(group, 'trigger', 'send a signed example of an event, as Quittance would')
    .argument('<type>', 'the event’s type, as payment.confirmed')
    .option('--to <url>', 'where to', 'http://127.0.0.1:4000')
    .option('--secret <secret>', 'signs it; else WEBHOOK_SECRET')
    .action((type: string, options: TriggerOptions) => trigger(terminal, type, options));
}

interface TriggerOptions extends OutputOptions {
  to: string;
  secret?: string;
}

async function trigger(
  terminal: Terminal,
  type: string,
  { to, secret, json }: TriggerOptions,
): Promise<void> {
  const url = httpUrl('--to', to);
  const { triggerWebhook } = await import('./webhook-trigger.js');
  const secrets = secret === undefined ? await configuredSecret(terminal) : [secret];
  const answer = await triggerWebhook(type, url, secrets);
  printOne(terminal, answer, { json });
  if (!answer.delivered) terminal.exitCode = 1;
}

function numberIn(option: string, min: number, max: number) {
  return named(option, (value) => {
    if (/^\d{1,9}$/.test(value) && Number(value) >= min && Number(value) <= max) return Number(value);
    throw new UsageError(`is not a whole number from ${min} to ${max}`);
  });
}

async function listen(terminal: Terminal, options: ListenOptions): Promise<void> {
  const { WebhookListener } = await import('./webhook-listener.js');
  const secrets = options.secret.length > 0 ? options.secret : await configuredSecret(terminal);
  const { port, answer, fail: failFirst, delay: delayMs, hang: hangs = false } = options;
  const forwardTo = options.forwardTo === undefined ? null : httpUrl('--forward-to', options.forwardTo);
  const listener = await WebhookListener.start(
    { port, secrets, answer, failFirst, delayMs, hangs, forwardTo },
    (webhook) => terminal.out(`${options.json ? JSON.stringify(webhook) : text(webhook, options)}\n`),
  );
  const note =
    secrets.length === 0
      ? 'signatures are not verified: give --secret or WEBHOOK_SECRET'
      : 'verifying signatures';
  terminal.err(`listening on ${listener.url}, ${note}; Ctrl-C ends it\n`);
  await Promise.race([once(process, 'SIGINT'), once(process, 'SIGTERM')]);
  await listener.stop();
}

async function configuredSecret(terminal: Terminal): Promise<string[]> {
  const { commandConfiguration } = await import('./command-configuration.js');
  const { webhookSecret } = (await commandConfiguration(terminal)).settings;
  return webhookSecret === null ? [] : [webhookSecret];
}

function httpUrl(option: string, value: string): URL {
  const url = URL.canParse(value) ? new URL(value) : null;
  if (url?.protocol === 'http:' || url?.protocol === 'https:') return url;
  throw new UsageError(`${option} ${value} is no URL: write it whole, as http://127.0.0.1:3001/hook`);
}

function text(webhook: ReceivedWebhook, { body }: { body?: boolean }): string {
  const { at, type, path, id, times, verified, problem, answered } = webhook;
  const mark = verified === null ? ' ' : verified ? '✓' : '✗';
  const again = times > 1 ? `, for the ${times}. time` : '';
  const reply = answered === null ? 'left hanging' : `answered ${answered}`;
  const to = path === '/' ? '' : ` to ${printable(path)}`;
  return [
    `${at.toISOString().slice(11, 23)} ${mark} ${printable(type).padEnd(24)} ${printable(id)}${to}${again} · ${reply}`,
    ...(problem === null ? [] : [`               ${problem}`]),
    ...(body ? [`               ${printable(webhook.body)}`] : []),
  ].join('\n');
}
