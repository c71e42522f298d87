import 'reflect-metadata';
import { DataSource } from 'typeorm';
import { commandDatabase } from './src/cli/command-database.js';
import { readConfiguration } from './src/config/read-configuration.js';
import { dataSourceOptions } from './src/database/data-source.js';

const { settings } = await readConfiguration();
const database = await commandDatabase(settings);
// TypeORM's command line ends with process.exit(), which waits for nothing.
process.once('exit', () => database.abandon());

/** The data source of `npm run migration:*`: the same description of the database as the app's. */
export default new DataSource(dataSourceOptions(database.url));
