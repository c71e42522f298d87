import 'reflect-metadata';
import { setTimeout as delay } from 'node:timers/promises';
import { type NestFastifyApplication } from '@nestjs/platform-fastify';
import { getDataSourceToken } from '@nestjs/typeorm';
import { type DataSource } from 'typeorm';
import { AuthService } from './auth/auth.service.js';
import { readConfiguration } from './config/read-configuration.js';
import { type Settings } from './config/settings.js';
import { createApp } from './http/configure-app.js';
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

const say = (line: string) => process.stdout.write(`${line}\n`);

let runtime: Runtime | null = null;
let app: NestFastifyApplication | null = null;
let stopping: Promise<void> | null = null;

/** Finishes what is in flight, within the time given; then ends what was started. A second signal does not wait. */
function stop(timeoutMs: number): Promise<void> {
  if (stopping) return runtime?.stop() ?? Promise.resolve();
  stopping = (async () => {
    // What is being started has to be there before it can be ended.
    await started.catch(() => undefined);
    await Promise.race([app?.close(), delay(timeoutMs, undefined, { ref: false })]);
    await runtime?.stop();
  })();
  return stopping;
}

function exitOn(signal: NodeJS.Signals, timeoutMs: number): void {
  process.on(signal, () => {
    const code = stopping ? 130 : 0;
    void stop(timeoutMs).finally(() => process.exit(code));
  });
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
  for (const signal of ['SIGINT', 'SIGTERM'] as const) exitOn(signal, settings.shutdownTimeoutMs);
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
