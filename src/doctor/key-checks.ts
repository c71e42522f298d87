import { DataSource } from 'typeorm';
import { dataSourceOptions } from '../database/data-source.js';
import { EncryptionCheck } from '../http/encryption-check.js';
import { Sealer } from '../http/sealing.js';
import { comparedSettings } from '../replicas/compared-settings.js';
import { differencesFrom, runningProcesses } from '../replicas/replicas.js';
import { SigningPause } from '../outgoing/signing-pause.entity.js';
import { requireChainsOfPayments } from '../runtime/chains-gone.js';
import { pendingMigrations } from '../database/migrate.js';
import { type DepositScheme } from '../wallet/deposit-scheme.js';
import { depositScheme } from '../wallet/scheme-of-settings.js';
import { requireUnusedAddresses } from '../wallet/unused-addresses.js';
import { requireWalletOf } from '../wallet/wallet-source.js';
import { type Finding, ok, problem, skipped, warning } from './finding.js';
import { type Subject } from './subject.js';

/** What of an installation must fit its database: keys, wallet, chains. */
export async function keyFindings(url: string, subject: Subject): Promise<Finding[]> {
  if ((await pendingMigrations(url)).length > 0)
    return [skipped('keys', 'the schema is not up to date, so that nothing can be compared with it yet')];
  const dataSource = await new DataSource(dataSourceOptions(url, 1)).initialize();
  try {
    return [
      ...(await each('keys', () => encryptionFinding(dataSource, subject))),
      ...(await each('wallet', () => walletFinding(dataSource, subject))),
      ...(await each('wallet', () => addressFindings(url, subject))),
      ...(await each('chains', () => goneFindings(url, subject))),
      ...(await each('signing', () => pauseFindings(dataSource))),
      ...(await each('processes', () => processFindings(dataSource, subject))),
    ];
  } finally {
    await dataSource.destroy();
  }
}

async function each(part: string, look: () => Promise<Finding[]>): Promise<Finding[]> {
  try {
    return await look();
  } catch (error) {
    return [problem(part, (error as Error).message, null)];
  }
}

/** With what those run that run now: what a start with these settings would differ in. */
async function processFindings(dataSource: DataSource, subject: Subject): Promise<Finding[]> {
  if (!subject.isProduction || subject.problems.length > 0) return [];
  const running = await runningProcesses(dataSource);
  const differing = differencesFrom(comparedSettings(subject), running);
  if (differing.length === 0)
    return [ok('processes', `${running.length} run on this database, and agree with these settings`)];
  return differing.map((difference) =>
    warning('processes', difference, 'give all processes the same, and start them anew'),
  );
}

async function encryptionFinding(dataSource: DataSource, { settings }: Subject): Promise<Finding[]> {
  if (settings.encryptionKey === null)
    return [skipped('keys', 'no ENCRYPTION_KEY is given to compare with the database')];
  await new EncryptionCheck(settings, dataSource, new Sealer(settings)).verify();
  return [ok('keys', "ENCRYPTION_KEY opens this database's secrets")];
}

async function walletFinding(dataSource: DataSource, subject: Subject): Promise<Finding[]> {
  const scheme = schemeOf(subject);
  if (scheme === null)
    return [skipped('wallet', 'no MNEMONIC or XPUB is given to compare with the database')];
  const { first, isKnown } = await requireWalletOf(dataSource.manager, scheme);
  return [ok('wallet', `its first address is ${first}${isKnown ? '' : ', and the database has none yet'}`)];
}

async function addressFindings(url: string, { settings, chains }: Subject): Promise<Finding[]> {
  if (schemeOf({ settings }) === null || chains.length === 0) return [];
  const silent: string[] = [];
  const asked = { ...settings, roles: ['api' as const] };
  await requireUnusedAddresses({ settings: asked, chains }, url, (line) => silent.push(line));
  if (silent.length > 0) return silent.map((line) => skipped('wallet', line));
  return [ok('wallet', 'the addresses that the next payments get were never used')];
}

async function goneFindings(url: string, { settings, chains, left }: Subject): Promise<Finding[]> {
  const lines: string[] = [];
  await requireChainsOfPayments({ settings, chains, left }, url, (line) => lines.push(line));
  return lines.map((line) =>
    warning('chains', line, 'put the chain back into CHAINS_FILE until they are done with'),
  );
}

async function pauseFindings(dataSource: DataSource): Promise<Finding[]> {
  const pause = await dataSource.manager.findOneBy(SigningPause, { id: 1 });
  if (!pause?.isPaused) return [];
  return [
    warning(
      'signing',
      `nothing is signed: paused (${pause.reason ?? 'no reason given'})`,
      'quittance sweep resume',
    ),
  ];
}

function schemeOf({ settings }: Pick<Subject, 'settings'>): DepositScheme | null {
  return settings.xpub === null && settings.mnemonic === null ? null : depositScheme(settings);
}
