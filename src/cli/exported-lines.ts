import { csvRecord, type CsvValue } from '../http/csv.js';
import { type Terminal } from './terminal.js';

export interface ExportedLines<L> {
  print(line: L): void;
  end(): void;
}

/** Prints a table line by line: CSV with its columns, or for a script one JSON list of whole lines. */
export function exportedLines<C extends string, L extends Record<C, CsvValue>>(
  terminal: Terminal,
  columns: readonly C[],
  json: boolean | undefined,
): ExportedLines<L> {
  terminal.out(json ? '[' : csvRecord(columns));
  let isFirst = true;
  return {
    print(line) {
      const record = json
        ? `${isFirst ? '' : ','}\n${JSON.stringify(line)}`
        : csvRecord(columns.map((column) => line[column]));
      terminal.out(record);
      isFirst = false;
    },
    end() {
      if (json) terminal.out(']\n');
    },
  };
}
