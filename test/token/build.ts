import { writeFileSync } from 'node:fs';
import { ARTIFACT, compileToken } from './compile-token.js';

writeFileSync(ARTIFACT, `${JSON.stringify(compileToken(), null, 2)}\n`);
