import { spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';

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
export async function promtool(
  args: readonly string[],
  input = '',
): Promise<{ status: number | null; output: string }> {
  const child = spawn('promtool', args);
  let output = '';
  const collect = (chunk: Buffer) => (output += chunk.toString());
  child.stdout.on('data', collect);
  child.stderr.on('data', collect);
  child.stdin.end(input);
  const [status] = (await once(child, 'close')) as [number | null];
  return { status, output };
}
