import 'reflect-metadata';
import { readFileSync, writeFileSync } from 'node:fs';
import { errorsPage } from './errors-page.js';
import { fillReadme } from './readme.js';
import { envExample } from './settings-table.js';

const read = (file: string) => readFileSync(file, 'utf8');
writeFileSync('README.md', fillReadme(read('README.md'), read));
writeFileSync('.env.example', envExample());
writeFileSync('docs/errors.md', errorsPage());
