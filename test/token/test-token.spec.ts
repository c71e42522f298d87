import { readFileSync } from 'node:fs';
import { basename } from 'node:path';
import { expect, it } from '@jest/globals';
import { ARTIFACTS, compileArtifact } from './compile-token.js';

it.each(ARTIFACTS.map((one) => [basename(one.artifact), one] as const))(
  'the committed %s is what its source compiles to',
  (_name, { source, artifact }) => {
    expect(JSON.parse(readFileSync(artifact, 'utf8'))).toEqual(compileArtifact(source));
  },
);
