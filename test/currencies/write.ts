import { writeFileSync } from 'node:fs';
import { currencyTable, TABLE_FILE } from './standard.js';

writeFileSync(TABLE_FILE, await currencyTable());
