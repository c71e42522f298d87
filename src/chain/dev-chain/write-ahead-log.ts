import { appendFileSync, existsSync, readFileSync, truncateSync } from 'node:fs';

export interface LoggedCall {
  method: string;
  params: unknown[];
}

/** Calls that changed the dev chain since its last snapshot, one JSON object a line. */
export class WriteAheadLog {
  constructor(private readonly file: string) {}

  /** On disk as far as this process goes: a kill -9 of everything loses nothing that was appended. */
  append(call: LoggedCall): void {
    appendFileSync(this.file, `${JSON.stringify(call)}\n`);
  }

  /** A last line that was cut short belongs to a call that was never answered. */
  read(): LoggedCall[] {
    if (!existsSync(this.file)) return [];
    const lines = readFileSync(this.file, 'utf8').split('\n');
    return lines.slice(0, -1).map((line) => JSON.parse(line) as LoggedCall);
  }

  clear(): void {
    if (existsSync(this.file)) truncateSync(this.file);
  }
}
