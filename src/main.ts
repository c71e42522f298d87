import 'reflect-metadata';
import { setTimeout as delay } from 'node:timers/promises';
import { type NestFastifyApplication } from '@nestjs/platform-fastify';
import { getDataSourceToken } from '@nestjs/typeorm';
import { type DataSource } from 'typeorm';
import { AuthService } from './auth/auth.service.js';
import { readConfiguration } from './config/read-configuration.js';
import { type Settings } from './config/settings.js';
import { createApp } from './configure-app.js';
import { createPino } from './http/pino-logger.js';
import { freePort, tryPort } from './process/ports.js';
import { banner } from './runtime/banner.js';
import { ensureDevKey } from './runtime/dev-key.js';
import { type Runtime, startRuntime } from './runtime/runtime.js';

class PortInUseError extends Error {
  constructor(port: number) {
    super(`port ${port} is in use; stop what listens there, or set PORT to another one`);
  }
}

/** Signals closer together than this are one. */
const SAME_SIGNAL_MS = 1_000;

const say = (line: string) => process.stdout.write(`${line}\n`);

let runtime: Runtime | null = null;
let app: NestFastifyApplication | null = null;
let stoppingSince: number | null = null;
let hurry: () => void = () => undefined;
const hurried = new Promise<void>((resolve) => (hurry = resolve));

/** Finishes what is in flight, within the time given; then ends what was started, last first. */
async function stop(timeoutMs: number): Promise<void> {
  // What is being started has to be there before it can be ended.
  await started.catch(() => undefined);
  await Promise.race([app?.close(), hurried, delay(timeoutMs, undefined, { ref: false })]);
  await runtime?.stop();
}

/**
 * Ctrl-C under npm comes twice, from the terminal and from npm. Only a signal that comes later means that someone is
 * tired of waiting: then work in flight is left, and what was started is still ended.
 */
function onSignal(timeoutMs: number): void {
  if (stoppingSince === null) {
    stoppingSince = Date.now();
    void stop(timeoutMs).finally(() => process.exit(0));
  } else if (Date.now() - stoppingSince > SAME_SIGNAL_MS) hurry();
}

async function portFor(settings: Settings): Promise<number> {
  const { port, host } = settings;
  if ((await tryPort(port, host)) !== null) return port;
  if (settings.isPortGiven) throw new PortInUseError(port);
  const free = await freePort(port, host);
  say(`port ${port} is in use: the API is on ${free}`);
  return free;
}

async function start(): Promise<void> {
  const given = await readConfiguration();
  const { settings } = given;
  for (const signal of ['SIGINT', 'SIGTERM'] as const)
    process.on(signal, () => onSignal(settings.shutdownTimeoutMs));
  const port = await portFor(settings);
  runtime = await startRuntime(given, say);
  app = await createApp(runtime.configuration, createPino(settings.logLevel));
  if (runtime.secrets) {
    await ensureDevKey(
      app.get<DataSource>(getDataSourceToken()),
      app.get(AuthService),
      runtime.secrets.apiKey,
    );
  }
  await app.listen(port, settings.host);
  say(banner((await app.getUrl()).replace('[::1]', 'localhost'), runtime));
}

const started = start();
started.catch(async (error: Error) => {
  process.stderr.write(`Quittance did not start: ${error.message}\n`);
  await stop(1_000);
  process.exit(1);
});
