import { spawnSync } from 'node:child_process';

/** The series of /metrics by name and labels, as they are written there. */
export async function metricsOf({ url }: { url: string }): Promise<Map<string, number>> {
  const text = await (await fetch(`${url}/metrics`)).text();
  const lines = text.split('\n').filter((line) => line !== '' && !line.startsWith('#'));
  return new Map(
    lines.map((line) => {
      const space = line.lastIndexOf(' ');
      return [line.slice(0, space), Number(line.slice(space + 1))];
    }),
  );
}

/** Of Prometheus: checks metrics, rules, and what the rules say of a course of events. */
export const hasPromtool = () => spawnSync('promtool', ['--version']).status === 0;

/** @param input given on standard input */
export function promtool(args: readonly string[], input?: string): { status: number | null; output: string } {
  const { status, stdout, stderr } = spawnSync('promtool', args, { input, encoding: 'utf8' });
  return { status, output: `${stdout}${stderr}` };
}
