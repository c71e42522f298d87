import { speakJson } from './runtime/production-log.js';
import 'reflect-metadata';
import { setTimeout as delay } from 'node:timers/promises';
import { type NestFastifyApplication } from '@nestjs/platform-fastify';
import { getDataSourceToken } from '@nestjs/typeorm';
import { type Logger } from 'pino';
import { type DataSource } from 'typeorm';
import { AuthService } from './auth/auth.service.js';
import { ChainService } from './chain/chain.service.js';
import { envFileProblems } from './config/env-file.js';
import { isProduction } from './config/is-production.js';
import {
  type Configuration,
  configurationOf,
  ENV_FILE,
  readEnvironment,
} from './config/read-configuration.js';
import { localUrl } from './config/public-url.js';
import { type Settings } from './config/settings.js';
import { createApp } from './configure-app.js';
import { beginAgain } from './database/await-database.js';
import { createPino } from './http/pino-logger.js';
import { freePort, tryPort } from './process/ports.js';
import { RatesService } from './rates/rates.service.js';
import { banner, refusedText } from './runtime/banner.js';
import { writeToTerminal } from './runtime/console-to-log.js';
import { noteUrl } from './runtime/data-folder.js';
import { ensureDevKey } from './runtime/dev-key.js';
import { endAll, type Runtime, startRuntime, type Stops } from './runtime/runtime.js';
import { startedEvent } from './runtime/started.js';
import { steadyMs } from './process/steady-time.js';

class PortInUseError extends Error {
  constructor(port: number) {
    super(`port ${port} is in use; stop what listens there, or set PORT to another one`);
  }
}

/** Signals closer together than this are one. */
const SAME_SIGNAL_MS = 1_000;

/** One line for the operator: for a person to read, and in production an event of the log. */
let say: (line: string) => void = (line) => void process.stdout.write(`${line}\n`);
let warn: (line: string) => void = (line) => say(line);
let refuse: (error: Error) => void = ({ message }) =>
  void process.stderr.write(`Quittance did not start: ${message}\n`);
let complain: (error: Error) => void = ({ message }) =>
  void process.stderr.write(`Quittance did not end properly: ${message}\n`);

/** In production all of that goes to the log. */
function productionLog(level: string): Logger {
  const pino = speakJson(level);
  say = (line) => pino.info(line);
  warn = (line) => pino.warn(line);
  // Whoever wants no lines still wants to know why nothing runs.
  const aloud = level === 'silent' ? createPino('fatal') : pino;
  refuse = ({ message }) => aloud.fatal({ reason: message }, 'did not start');
  complain = ({ message }) => pino.error({ reason: message }, 'did not end properly');
  return pino;
}

const stops: Stops = [];
let app: NestFastifyApplication | null = null;
let stoppingSince: number | null = null;
/** Whoever asks is answered, and jobs are taken. */
let isUp = false;
/** Ends what a start waits for. */
const givingUp = new AbortController();
let hurry: () => void = () => undefined;
const hurried = new Promise<void>((resolve) => (hurry = resolve));

/** For a start that is told to stop: nothing is in flight yet that would be lost. */
const START_TIMEOUT_MS = 4_000;

/** For what was started beside the app, as the embedded Postgres, to end by itself. */
const RUNTIME_TIMEOUT_MS = 12_000;

/**
 * Finishes what is in flight, within the time given; then ends what was started, last first. Whatever hangs, a
 * database that is frozen or a queue that is away, it comes to an end.
 */
async function stop(timeoutMs: number): Promise<void> {
  givingUp.abort(new Error('Quittance was told to stop'));
  // What is being started has to be there before it can be ended.
  const patienceMs = isUp ? timeoutMs : Math.min(timeoutMs, START_TIMEOUT_MS);
  const closed = started.catch(() => undefined).then(() => app?.close());
  await Promise.race([closed, hurried, delay(patienceMs, undefined, { ref: false })]);
  await Promise.race([endAll(stops), delay(RUNTIME_TIMEOUT_MS, undefined, { ref: false })]);
}

/**
 * Ctrl-C under npm comes twice, from the terminal and from npm. Only a signal that comes later means that someone is
 * tired of waiting: then work in flight is left, and what was started is still ended.
 */
function onSignal(timeoutMs: number): void {
  if (stoppingSince === null) {
    stoppingSince = steadyMs();
    stop(timeoutMs).then(
      () => process.exit(0),
      (error: Error) => {
        complain(error);
        process.exit(1);
      },
    );
  } else if (steadyMs() - stoppingSince > SAME_SIGNAL_MS) hurry();
}

async function portFor(settings: Settings): Promise<number> {
  const { port, host } = settings;
  if ((await tryPort(port, host)) !== null) return port;
  if (settings.isPortGiven) throw new PortInUseError(port);
  const free = await freePort(port, host);
  say(`port ${port} is in use: the API is on ${free}`);
  return free;
}

/** In production a database that goes away in the middle is waited for; who starts it by hand is told at once. */
async function begin(given: Configuration, pino: Logger): Promise<Runtime> {
  const signal = givingUp.signal;
  const once = async () => {
    await endAll(stops);
    const begun = await startRuntime(given, { say, warn, signal }, stops);
    signal.throwIfAborted();
    app = await createApp(begun.configuration, pino);
    return begun;
  };
  return given.settings.nodeEnv === 'production' ? beginAgain(once, { warn, signal }) : once();
}

async function start(): Promise<void> {
  const environment = await readEnvironment();
  const isLive = isProduction(ENV_FILE);
  if (isLive) productionLog('info');
  const given = configurationOf(environment, envFileProblems(ENV_FILE));
  const { settings } = given;
  const pino = isLive ? productionLog(settings.logLevel) : createPino(settings.logLevel);
  for (const signal of ['SIGINT', 'SIGTERM'] as const)
    process.on(signal, () => onSignal(settings.shutdownTimeoutMs));
  const port = await portFor(settings);
  // A link that works on this machine; elsewhere nobody but the operator knows how it is reached.
  if (!isLive && settings.roles.includes('api')) settings.publicUrl ??= localUrl(port);
  const begun = await begin(given, pino);
  if (!isLive && settings.publicUrl !== null) noteUrl(settings.dataDir, settings.publicUrl);
  const api = app as unknown as NestFastifyApplication;
  if (begun.secrets) {
    await ensureDevKey(api.get<DataSource>(getDataSourceToken()), api.get(AuthService), begun.secrets.apiKey);
  }
  givingUp.signal.throwIfAborted();
  isUp = true;
  await api.listen(port, settings.host);
  const url = (await api.getUrl()).replace('[::1]', 'localhost');
  const chains = api.get(ChainService, { strict: false });
  const stateOf = (name: string) => chains.status(name).state;
  const refused = chains.all().flatMap(({ name }) => (stateOf(name) === 'refused' ? [name] : []));
  if (isLive) {
    const { databaseFolder } = begun;
    pino.info(startedEvent(begun.configuration, { url, databaseFolder, stateOf }), 'started');
  }
  if (isLive && refused.length > 0)
    pino.error({ refused }, refusedText(begun.configuration.chains.length, refused));
  if (!isLive || process.stdout.isTTY) {
    if (settings.roles.includes('api')) await firstRates(api);
    const payUrl = process.stdout.isTTY && begun.devChain ? await firstPage(url, begun) : null;
    writeToTerminal(`${banner(url, begun, { refused, payUrl })}\n`);
  }
}

/** What the banner says can be done needs rates; where sources stay out of reach, it says so all the same. */
async function firstRates(api: NestFastifyApplication): Promise<void> {
  const stopped = new Promise((resolve) =>
    givingUp.signal.addEventListener('abort', resolve, { once: true }),
  );
  await Promise.race([api.get(RatesService, { strict: false }).firstReading.wait(), stopped]);
}

/** A payment to look at, for whoever watches the terminal: one for each data folder, and not one at each start. */
async function firstPage(url: string, { secrets }: Runtime): Promise<string | null> {
  try {
    const answer = await fetch(`${url}/api/v1/payments`, {
      method: 'POST',
      headers: {
        authorization: `Bearer ${secrets?.apiKey}`,
        'content-type': 'application/json',
        'idempotency-key': 'page-printed-at-start',
      },
      body: JSON.stringify({ chain: 'devchain', amount: '1000000000000000000', expires_in_minutes: 43_200 }),
    });
    return ((await answer.json()) as { pay_url?: string | null }).pay_url ?? null;
  } catch {
    // It is only a greeting.
    return null;
  }
}

const started = start();
started.catch(async (error: Error) => {
  // Somebody stopped it while it started, and waits for its end.
  if (stoppingSince !== null) return;
  refuse(error);
  await stop(1_000);
  process.exit(1);
});
