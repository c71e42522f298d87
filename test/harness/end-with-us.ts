import { type ChildProcess, spawn } from 'node:child_process';
import { type Socket } from 'node:net';

/**
 * Told which processes to watch, and which no longer, until the pipe closes: then ends those that are left, and removes
 * their folders once they are gone.
 */
const WATCH = `
  called_off=' '
  watched=
  while read -r what number rest; do
    case $what in
      watch) watched="$watched$number $rest
" ;;
      off) called_off="$called_off$number " ;;
    esac
  done
  left() {
    printf %s "$watched" | while read -r number pid signal folder; do
      case $called_off in *" $number "*) ;; *) "$@" ;; esac
    done
  }
  end() { kill "-$signal" "$pid"; }
  clear_up() {
    while kill -0 "$pid" && ! grep -q '^State:.Z' "/proc/$pid/status"; do sleep 0.1; done
    if [ -n "$folder" ]; then rm -rf "$folder"; fi
  }
  left end
  left clear_up`;

/** One for all: a process of the size of a test worker takes tens of milliseconds to start another. */
let watcher: ChildProcess | null = null;
let count = 0;

/**
 * Ends a process, and removes a folder, when this one has gone without calling it off: a test run may be ended by
 * Ctrl-C or kill -9, after which none of its own code runs, but its end of a pipe closes all the same.
 * @returns calls it off
 */
export function endWithUs(pid: number, signal: 'TERM' | 'QUIT' | 'KILL', folder?: string): () => void {
  count += 1;
  const number = count;
  tell(`watch ${number} ${pid} ${signal} ${folder ?? ''}`);
  return () => tell(`off ${number}`);
}

function tell(line: string): void {
  watcher ??= startWatcher();
  watcher.stdin?.write(`${line}\n`);
}

function startWatcher(): ChildProcess {
  const child = spawn('/bin/sh', ['-c', WATCH], { detached: true, stdio: ['pipe', 'ignore', 'ignore'] });
  child.unref();
  child.stdin.on('error', () => undefined);
  (child.stdin as Socket).unref();
  return child;
}
