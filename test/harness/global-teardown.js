export default async function globalTeardown() {
  await globalThis.quittanceRun?.stop();
}
