import 'reflect-metadata';
import { DataSource } from 'typeorm';
import { commandDatabase } from './src/cli/command-database.js';
import { readConfiguration } from './src/config/read-configuration.js';
import { dataSourceOptions } from './src/database/data-source.js';

const { settings } = await readConfiguration();
// What was started for it ends with the process: TypeORM's command line waits for nothing.
const database = await commandDatabase(settings);

/** The data source of `npm run migration:generate`: the same description of the database as the app's. */
export default new DataSource(dataSourceOptions(database.url));
