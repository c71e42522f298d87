#!/usr/bin/env node
<<<<<<< HEAD
import { runCommandLine } from './cli/program.js';
import { endWithReader, processTerminal } from './cli/terminal.js';
=======
import 'reflect-metadata';
import { type DynamicModule } from '@nestjs/common';
import { CommandFactory } from 'nest-commander';
import { findDevChain } from './chain/dev-chain/find-dev-chain.js';
import { CliModule } from './cli/cli.module.js';
import { commandDatabase } from './cli/command-database.js';
import { OfflineCliModule } from './cli/offline-cli.module.js';
import { type Configuration, configurationOf, readConfiguration } from './config/read-configuration.js';
import { findDevSecrets } from './runtime/dev-secrets.js';
import { VERSION } from './config/version.js';

/** Commands that need no database: none is started for them. Of `wallet`, all but what it has given out. */
const OFFLINE = ['webhook', 'wallet'];
const ONLINE = 'wallet export';
>>>>>>> main

/** Every operator's command: `quittance merchant create`, `quittance key revoke`, … */
endWithReader();
const exitCode = await runCommandLine(process.argv.slice(2), processTerminal());
// What was written to a pipe may still be under way: the end comes behind it.
process.stdout.write('', () => process.stderr.write('', () => process.exit(exitCode)));
