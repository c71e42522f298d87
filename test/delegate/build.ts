import { writeFileSync } from 'node:fs';
import { format, resolveConfig } from 'prettier';
import { ARTIFACT, compileDelegate } from './compile-delegate.js';

const options = await resolveConfig(ARTIFACT);
writeFileSync(ARTIFACT, await format(JSON.stringify(compileDelegate()), { ...options, filepath: ARTIFACT }));
