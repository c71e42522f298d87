import { spawn } from 'node:child_process';
import { type Socket } from 'node:net';

/**
 * Ends a process, and removes a folder, when this one has gone without calling it off: a test run may be ended by
 * Ctrl-C or kill -9, after which none of its own code runs, but its end of a pipe closes all the same.
 * @returns calls it off
 */
export function endWithUs(pid: number, signal: 'TERM' | 'QUIT' | 'KILL', folder?: string): () => void {
  const script = `
    read -r called_off && exit 0
    kill -${signal} "$1"
    while kill -0 "$1" && ! grep -q '^State:.Z' "/proc/$1/status"; do sleep 0.1; done
    if [ -n "$2" ]; then rm -rf "$2"; fi`;
  const watcher = spawn('/bin/sh', ['-c', script, 'end-with-us', String(pid), folder ?? ''], {
    detached: true,
    stdio: ['pipe', 'ignore', 'ignore'],
  });
  watcher.unref();
  watcher.stdin.on('error', () => undefined);
  (watcher.stdin as Socket).unref();
  return () => watcher.stdin.end('called off\n');
}
