import { writeFileSync } from 'node:fs';
import { ARTIFACTS, compileArtifact } from './compile-token.js';

for (const { source, artifact } of ARTIFACTS)
  writeFileSync(artifact, `${JSON.stringify(compileArtifact(source), null, 2)}\n`);
