import { tsImport } from 'tsx/esm/api';

// Jest loads this file outside its own module system, which is what maps `.js` specifiers to TypeScript.
const { startRun } = await tsImport('./start-run.ts', import.meta.url);

export default async function globalSetup() {
  globalThis.quittanceRun = await startRun();
}
